/** How figures write addresses and sizes. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export const hex = (value: bigint, digits = 0): string =>
  `0x${value.toString(16).padStart(digits, '0')}`;

/** `64 KiB`, for a power of two. */
export function sizeText(bytes: number): string {
  const unit = Math.floor(Math.log2(bytes) / 10);
  return `${bytes / 2 ** (10 * unit)} ${UNITS[unit]}`;
}
