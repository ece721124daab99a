import { type ByteFile, readPadded } from './byte-file.js';

/** Formats that a guest would damage as a raw disk: where each has its mark. */
const MARKS: readonly (readonly [name: string, offset: number, mark: string])[] = [
  ['VMDK', 0, 'KDMV'],
  ['VMDK', 0, 'COWD'],
  ['VMDK', 0, '# Disk DescriptorFile'],
  ['VDI', 0x40, '\x7f\x10\xda\xbe'],
  ['VHDX', 0, 'vhdxfile'],
  ['VHD', 0, 'conectix'],
  ['QED', 0, 'QED\0'],
  ['Parallels', 0, 'WithoutFreeSpace'],
  ['Parallels', 0, 'WithouFreSpacExt'],
];
const MARKED = 128;

/** The image format that a file's first bytes are of, among those that are not understood here. */
export async function foreignFormat(file: ByteFile): Promise<string | undefined> {
  const bytes = new Uint8Array(MARKED);
  await readPadded(file, 0, bytes);
  const text = String.fromCharCode(...bytes);
  return MARKS.find(([, offset, mark]) => text.startsWith(mark, offset))?.[0];
}
