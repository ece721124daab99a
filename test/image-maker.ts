/** Files for tests: a Linux Image that is only a header, and ELF executables. */
export interface HeaderFields {
  textOffset?: bigint;
  imageSize?: bigint;
  flags?: bigint;
}

export function linuxImage(length: number, fields: HeaderFields = {}): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x13);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, fields.textOffset ?? 0x20_0000n, true);
  view.setBigUint64(16, fields.imageSize ?? BigInt(length), true);
  view.setBigUint64(24, fields.flags ?? 0n, true);
  bytes.set(new TextEncoder().encode('RISCV\0\0\0RSC\x05'), 48);
  return bytes;
}

export interface ElfFields {
  machine?: number;
  elfClass?: number;
  data?: number;
  type?: number;
  /** Of the segment: 4 readable, 2 writable, 1 executable. */
  flags?: number;
  address?: bigint;
  size?: bigint;
  fileSize?: bigint;
}

/** An executable of one segment, whose entry is its first byte. */
export function elfFile(code: Uint8Array, fields: ElfFields = {}): Uint8Array {
  const bytes = new Uint8Array(120 + code.length);
  const view = new DataView(bytes.buffer);
  const address = fields.address ?? 0x8000_0000n;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, fields.elfClass ?? 2, fields.data ?? 1, 1]);
  view.setUint16(16, fields.type ?? 2, true);
  view.setUint16(18, fields.machine ?? 243, true);
  view.setBigUint64(24, address, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true);
  view.setUint32(68, fields.flags ?? 0, true);
  view.setBigUint64(72, 120n, true);
  view.setBigUint64(80, address, true);
  view.setBigUint64(88, address, true);
  view.setBigUint64(96, fields.fileSize ?? BigInt(code.length), true);
  view.setBigUint64(104, fields.size ?? BigInt(code.length), true);
  bytes.set(code, 120);
  return bytes;
}
