import { ConfigurationError } from '../core/errors.js';

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * A size in bytes, or as text: a number with `K`, `M` or `G` (powers of 1,024), as in '256M', '1.5G'.
 * `what` names the option in messages.
 *
 * @throws ConfigurationError if it is no size, or no whole number of 4 KiB pages.
 */
export function parseMemorySize(size: string | number, what = 'memory'): number {
  let bytes: number;
  if (typeof size === 'number') {
    bytes = size;
  } else {
    const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(size.trim()) ?? [];
    bytes = digits === undefined ? Number.NaN : Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
  }
  if (!Number.isSafeInteger(bytes) || bytes <= 0) {
    throw new ConfigurationError(`${what} '${size}' is no size; right would be 256M or 1G`);
  }
  if (bytes % 4096 !== 0) {
    throw new ConfigurationError(
      `${what} '${size}' is no multiple of 4K; right would be 256M or 1G`,
    );
  }
  return bytes;
}

/** A size for messages: the largest unit that it is a whole number of. */
export function formatMemorySize(bytes: number): string {
  for (const unit of ['G', 'M', 'K']) {
    const size = UNITS[unit] ?? 1;
    if (bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes} bytes`;
}
