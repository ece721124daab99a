const DIGIT = 2 ** 16;

/** The order in which keys ascend, equal ones as they stood: numbers of their places. Linear, whatever they are. */
export function radixOrder(keys: Uint32Array): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(keys.length);
  for (let index = 0; index < keys.length; index++) order[index] = index;
  if (ascends(keys)) return order;
  return byDigit(keys, byDigit(keys, order, 0), 16);
}

function ascends(keys: Uint32Array): boolean {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] as number) > (keys[index] as number)) return false;
  }
  return true;
}

function byDigit(
  keys: Uint32Array,
  order: Uint32Array<ArrayBuffer>,
  shift: number,
): Uint32Array<ArrayBuffer> {
  const ends = new Uint32Array(DIGIT + 1);
  for (const key of keys) {
    const digit = (key >>> shift) & (DIGIT - 1);
    ends[digit + 1] = (ends[digit + 1] as number) + 1;
  }
  for (let digit = 0; digit < DIGIT; digit++) {
    ends[digit + 1] = (ends[digit + 1] as number) + (ends[digit] as number);
  }
  const sorted = new Uint32Array(order.length);
  for (const place of order) {
    const digit = ((keys[place] as number) >>> shift) & (DIGIT - 1);
    const at = ends[digit] as number;
    sorted[at] = place;
    ends[digit] = at + 1;
  }
  return sorted;
}
