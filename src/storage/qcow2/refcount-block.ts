/**
 * Reference counts in a block: entries of 1 << order bits, big-endian; narrower ones than a byte
 * begin at its least significant bit (qcow2, Host cluster management).
 */
export function readRefcount(block: DataView, index: number, order: number): number {
  switch (order) {
    case 3:
      return block.getUint8(index);
    case 4:
      return block.getUint16(index * 2);
    case 5:
      return block.getUint32(index * 4);
    case 6:
      return block.getUint32(index * 8) * 2 ** 32 + block.getUint32(index * 8 + 4);
    default: {
      const [width, bit] = [1 << order, index << order];
      return (block.getUint8(bit >> 3) >> (bit & 7)) & ((1 << width) - 1);
    }
  }
}

/** Returns the bytes that it changed: from, to. */
export function writeRefcount(
  block: DataView,
  index: number,
  order: number,
  count: number,
): [number, number] {
  const byte = Math.floor((index * 2 ** order) / 8);
  switch (order) {
    case 3:
      block.setUint8(byte, count);
      return [byte, byte + 1];
    case 4:
      block.setUint16(byte, count);
      return [byte, byte + 2];
    case 5:
      block.setUint32(byte, count);
      return [byte, byte + 4];
    case 6:
      block.setUint32(byte, Math.floor(count / 2 ** 32));
      block.setUint32(byte + 4, count % 2 ** 32);
      return [byte, byte + 8];
    default: {
      const [width, bit] = [1 << order, (index << order) & 7];
      const others = block.getUint8(byte) & ~(((1 << width) - 1) << bit);
      block.setUint8(byte, others | (count << bit));
      return [byte, byte + 1];
    }
  }
}
