import type { InstructionClass } from './instruction-class.js';
import type { Mode } from './profile.js';

/** One sampled step. */
export interface Sample {
  readonly hart: number;
  readonly mode: Mode;
  readonly pc: bigint;
  /** Of Linux, once that is known. */
  readonly process: string | undefined;
  readonly class: InstructionClass | 'interrupt';
  /** Of a branch: whether it was taken. */
  readonly taken: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Whether control went to another page, or came to it anew by a trap or the return from one. */
  readonly entersPage: boolean;
}

/** More places than this are told apart by page only: a guest can jump to wherever it likes. */
const MOST_PLACES = 1 << 20;
const PAGE_MASK = 0xfffn;

/** Samples by what they have in common. */
export class Tally {
  samples = 0;
  /** By privilege and pc. */
  readonly places: Readonly<Record<Mode, Map<bigint, number>>> = {
    M: new Map(),
    S: new Map(),
    U: new Map(),
    VS: new Map(),
    VU: new Map(),
  };
  /** User space of processes. */
  readonly userProcesses = new Map<string, number>();
  /** Kernel and user space of processes; undefined before they were known. */
  readonly processes = new Map<string | undefined, number>();
  readonly harts: Record<Mode, number>[];
  readonly classes = new Map<Sample['class'], number>();
  branchesTaken = 0;
  reads = 0;
  writes = 0;
  pageEntries = 0;

  constructor(harts: number) {
    this.harts = Array.from({ length: harts }, () => ({ M: 0, S: 0, U: 0, VS: 0, VU: 0 }));
  }

  add(sample: Sample): void {
    const { mode, pc, process } = sample;
    this.samples++;
    const hart = this.harts[sample.hart];
    if (hart !== undefined) hart[mode]++;
    count(this.classes, sample.class);
    count(this.processes, process);
    if (mode === 'U' && process !== undefined) count(this.userProcesses, process);
    else {
      const places = this.places[mode];
      count(places, places.size < MOST_PLACES ? pc : pc & ~PAGE_MASK);
    }
    this.branchesTaken += Number(sample.taken);
    this.reads += Number(sample.reads);
    this.writes += Number(sample.writes);
    this.pageEntries += Number(sample.entersPage);
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
