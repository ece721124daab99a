import type { Host, Vm } from 'hartwood';

/** Samples by the name of the row that is made of them. */
export type Samples = Readonly<Record<string, readonly number[]>>;

/** How much is measured. */
export interface MemoryExtent {
  /** Samples of a row, where they are many. */
  readonly rounds: number;
  /** What a round repeats is divided by. */
  readonly shrink: number;
  /** For files; it is empty, and removed by who made it. */
  readonly folder: string;
}

/** What is measured in a process of its own. */
export type Measurement = (extent: MemoryExtent) => Promise<Samples>;

/** A host with a booted guest that idles. */
export interface Booted {
  readonly host: Host;
  readonly vm: Vm;
  [Symbol.asyncDispose](): Promise<void>;
}
