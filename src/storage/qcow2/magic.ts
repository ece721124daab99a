/** "QFI\xfb" (qcow2, Header). */
export const QCOW2_MAGIC = 0x514649fb;

/** Whether bytes begin as a qcow2 image does. */
export function startsWithQcow2Magic(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return a === 0x51 && b === 0x46 && c === 0x49 && d === 0xfb;
}
