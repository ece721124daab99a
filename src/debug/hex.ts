/** Numbers and bytes as GDB's remote protocol writes them. */

/** Bytes as two digits each. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** `undefined` for an odd number of digits, or what is no digit. */
export function bytesOf(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0 || /[^0-9a-f]/i.test(hex)) return undefined;
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
}

/** A number with its most significant digit first, of at most 64 bits; `undefined` for what is none. */
export function numberOf(hex: string | undefined): bigint | undefined {
  return hex !== undefined && /^[0-9a-f]{1,16}$/i.test(hex) ? BigInt(`0x${hex}`) : undefined;
}

/** A count or a register's number; one that is not exact as a JavaScript number is none. */
export function countOf(hex: string | undefined): number | undefined {
  const value = numberOf(hex);
  return value !== undefined && value <= 0xffff_ffffn ? Number(value) : undefined;
}

/** A register's value in the target's byte order: 8 bytes, least significant first. */
export function registerHex(value: bigint): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return hexOf(bytes);
}

/** The value of a register of 1 to 8 bytes. */
export function registerValue(hex: string): bigint | undefined {
  const bytes = bytesOf(hex);
  if (bytes === undefined || bytes.length === 0 || bytes.length > 8) return undefined;
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
