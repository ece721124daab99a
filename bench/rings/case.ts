/** A way of using rings: what a driver asks of which device, and in what shape. */
export interface RingCase {
  readonly name: string;
  readonly device: 'block' | 'console';
  /** Bytes of data of a request. */
  readonly size: number;
  /** Buffers that the data is in. */
  readonly pieces: number;
  /** Requests made available with each notification. */
  readonly depth: number;
  /** Whether the chains are in indirect tables. */
  readonly indirect: boolean;
}

/** Up to so many bytes requests are counted in descriptors, larger ones in the bytes they move. */
const SMALL = 512;

export const isSmall = ({ size }: RingCase): boolean => size <= SMALL;

/** `block-512-16`, or `block-512-16-indirect`: device, bytes, depth. */
function caseOf(
  device: RingCase['device'],
  size: number,
  depth: number,
  { pieces = 1, indirect = false }: { pieces?: number; indirect?: boolean } = {},
): RingCase {
  const name = `${device}-${size}-${depth}${indirect ? '-indirect' : ''}`;
  return { name, device, size, pieces, depth, indirect };
}

export const RING_CASES: readonly RingCase[] = [
  caseOf('block', 512, 1),
  caseOf('block', 512, 16),
  caseOf('block', 512, 256),
  caseOf('block', 512, 256, { pieces: 8, indirect: true }),
  caseOf('console', 64, 1),
  caseOf('console', 64, 16),
  caseOf('console', 64, 256),
  caseOf('console', 512, 16, { pieces: 8, indirect: true }),
  caseOf('block', 4096, 16),
  caseOf('block', 4096, 256),
  caseOf('block', 65_536, 16, { pieces: 16, indirect: true }),
  caseOf('console', 4096, 16),
];
