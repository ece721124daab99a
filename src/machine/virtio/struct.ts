type Width = 1 | 2 | 4 | 8;

/**
 * A struct as VIRTIO draws them: fields of 1, 2, 4 or 8 bytes, little-endian, without gaps. Offsets
 * follow from the fields' order, so that none is written down.
 */
export class Struct<Name extends string> {
  /** Bytes. */
  readonly size: number;
  readonly #fields: readonly { name: Name; width: Width; offset: number }[];

  constructor(widths: Readonly<Record<Name, Width>>) {
    let size = 0;
    this.#fields = (Object.entries(widths) as [Name, Width][]).map(([name, width]) => {
      const field = { name, width, offset: size };
      size += width;
      return field;
    });
    this.size = size;
  }

  /** The struct as bytes; fields without a value are 0. */
  encode(values: Partial<Readonly<Record<Name, number>>>): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    const view = new DataView(bytes.buffer);
    for (const { name, width, offset } of this.#fields) {
      const value = values[name] ?? 0;
      if (width === 1) view.setUint8(offset, value);
      else if (width === 2) view.setUint16(offset, value, true);
      else if (width === 4) view.setUint32(offset, value, true);
      else view.setBigUint64(offset, BigInt(value), true);
    }
    return bytes;
  }

  /**
   * The struct that begins at `at`; `bytes` must hold it whole. Fields of 8 bytes lose their lowest
   * bits above 2^53, and never fall below it by that.
   */
  decode(bytes: Uint8Array, at = 0): Record<Name, number> {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, this.size);
    const values = {} as Record<Name, number>;
    for (const { name, width, offset } of this.#fields) {
      if (width === 1) values[name] = view.getUint8(offset);
      else if (width === 2) values[name] = view.getUint16(offset, true);
      else if (width === 4) values[name] = view.getUint32(offset, true);
      else {
        values[name] = view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 2 ** 32;
      }
    }
    return values;
  }
}
