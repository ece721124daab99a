import { ImageError } from '../core/errors.js';

/** What the header of a riscv64 Linux Image says (Linux, Documentation/arch/riscv/boot-image-header). */
export interface KernelImage {
  readonly bytes: Uint8Array;
  /** Where the image wants to be, from the start of RAM. */
  readonly textOffset: number;
  /** Bytes of RAM it takes, with its zeroed data. */
  readonly imageSize: number;
}

const HEADER_SIZE = 64;
/** "RISCV" and "RSC\x05". */
const MAGIC = 0x5643534952n;
const MAGIC2 = 0x05435352;

const FOREIGN: readonly [offset: number, magic: string, name: string][] = [
  [0, '\x7fELF', 'an ELF file; --bare starts those'],
  [0, '\x1f\x8b', 'gzip data; unpack it first'],
  [0, '\xfd7zXZ', 'xz data; unpack it first'],
  [0, '\x28\xb5\x2f\xfd', 'zstd data; unpack it first'],
  [56, 'ARM\x64', 'a kernel for arm64'],
  [0x202, 'HdrS', 'a kernel for x86'],
  [4, 'zimg', 'an EFI zboot image; unpack the kernel in it first'],
];

/** What a file is that this board cannot run as it is, by its first bytes; undefined if unknown. */
export function foreignKind(bytes: Uint8Array): string | undefined {
  return FOREIGN.find(([offset, magic]) =>
    [...magic].every((character, i) => bytes[offset + i] === character.charCodeAt(0)),
  )?.[2];
}

/** Whether the header of a riscv64 Linux Image stands at the beginning. */
export function isKernelImage(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_SIZE) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(56, true) === MAGIC2 && view.getBigUint64(48, true) === MAGIC;
}

/**
 * Checks the header of a Linux Image for riscv64.
 *
 * @throws ImageError that says what the file is instead, or that it is cut short.
 */
export function parseKernelImage(bytes: Uint8Array, name = 'the kernel'): KernelImage {
  const wanted = 'a riscv64 Linux Image is wanted';
  if (bytes.length < HEADER_SIZE) {
    throw new ImageError(`${name} has only ${bytes.length} bytes; ${wanted}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isKernelImage(bytes)) {
    const kind = foreignKind(bytes) ?? 'no Linux Image for riscv64';
    throw new ImageError(`${name} is ${kind}; ${wanted}`);
  }
  // Flags, bit 0: big-endian.
  if (view.getBigUint64(24, true) & 1n) {
    throw new ImageError(`${name} is big-endian; ${wanted}`);
  }
  const textOffset = view.getBigUint64(8, true);
  const imageSize = view.getBigUint64(16, true);
  const limit = 1n << 32n;
  if (textOffset % 4096n !== 0n || textOffset >= limit || imageSize >= limit) {
    throw new ImageError(`${name} has a broken header (text offset 0x${textOffset.toString(16)})`);
  }
  return { bytes, textOffset: Number(textOffset), imageSize: Number(imageSize) };
}
