const SECTOR = 512;

/**
 * The size in bytes of a device that has whole sectors: no call of Node's tells it, so it is looked
 * for, by halves. `isThere` says whether the byte at an offset can be read.
 */
export async function deviceSize(isThere: (offset: number) => Promise<boolean>): Promise<number> {
  // The device has at least `low` bytes, and fewer than `high`.
  let [low, high] = [0, SECTOR];
  while (high < 2 ** 52 && (await isThere(high - 1))) [low, high] = [high, high * 2];
  while (high - low > SECTOR) {
    const middle = low + Math.floor((high - low) / 2 / SECTOR) * SECTOR;
    if (await isThere(middle - 1)) low = middle;
    else high = middle;
  }
  return low;
}
