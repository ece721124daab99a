/** LEB128 (WebAssembly Core 2.0, 5.2.2). */

export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return [...bytes, rest];
}

export function signedLeb(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const low = Number(rest & 127n);
    rest >>= 7n;
    const done = low & 64 ? rest === -1n : rest === 0n;
    bytes.push(done ? low : low | 128);
    if (done) return bytes;
  }
}
