/** A value that each engine has its own of, in the order of the engines. */
export type Both<T> = readonly [T, T];

/** What one step did on an engine. */
export type Deed = 'instruction' | 'exception' | 'interrupt' | 'nothing';

/** A value that differs; `hart` is null where it is the whole machine's. */
export interface ValueDifference {
  readonly hart: number | null;
  /** A register, CSR or counter of the hart; or `steps`, `time`, `deadline` (-1: none), `end` of the machine. */
  readonly name: string;
  /** On both engines, at the last step at which they agreed; null if that is unknown. */
  readonly before: bigint | string | null;
  readonly values: Both<bigint | string>;
}

export interface MemoryDifference {
  readonly pages: number;
  readonly bytes: number;
  /** The first 16 bytes that differ, by guest-physical address. */
  readonly first: readonly { readonly address: bigint; readonly values: Both<number> }[];
}

export interface ConsoleDifference {
  readonly console: 'serial' | 'terminal';
  /** Bytes printed before the first one that differs. */
  readonly offset: number;
  /** What follows on each engine, a line's length at most. */
  readonly values: Both<string>;
}

/** The hart that took the step, and what it was about to execute. */
export interface Culprit {
  readonly hart: number;
  readonly pc: bigint;
  /** 0 user, 1 supervisor, 3 machine. */
  readonly privilege: number;
  /** Null if nothing can be fetched at the pc. */
  readonly instruction: { readonly word: number; readonly text: string } | null;
  readonly did: Both<Deed>;
  /** The hart before the step, on both engines, by name: what is not zero. */
  readonly before: Readonly<Record<string, bigint>>;
}

/** Where two engines part. */
export interface Difference {
  /** After this step they differ; 0: before the first one. */
  readonly step: number;
  /** The last step after which they were seen to agree: `step - 1` if the place was found. -1: none. */
  readonly agreed: number;
  /** Null if the step was not found, since the runs did not repeat, or is none of a hart's. */
  readonly culprit: Culprit | null;
  readonly values: readonly ValueDifference[];
  readonly memory: MemoryDifference | null;
  readonly consoles: readonly ConsoleDifference[];
}

export interface EngineFigures {
  readonly name: string;
  readonly steps: number;
  /** Of them, those that the engine's fast path took. */
  readonly fastSteps: number;
  /** Of these, those in translated regions. */
  readonly regionSteps: number;
  /** Real seconds that the steps took. */
  readonly seconds: number;
  /** Million steps a second. */
  readonly speed: number;
}

export interface LockstepResult {
  /** `unproven`: no difference, but a fast path took no step, so that the comparison says nothing of it. */
  readonly verdict: 'equal' | 'different' | 'unproven';
  /** Up to which step the engines were compared. */
  readonly steps: number;
  readonly comparisons: number;
  /** How the guest ended; `idle`: no timer is set and nothing comes from outside; null: it goes on. */
  readonly end: string | null;
  readonly engines: Both<EngineFigures>;
  /** What RAM held at the end on the first engine: SHA-256 of the SHA-256s of its MiBs, in hexadecimal. */
  readonly memory: string;
  readonly difference: Difference | null;
}

/** How far a comparison is. */
export interface LockstepProgress {
  /** `search`: a difference was found, and the step that made it is looked for. */
  readonly phase: 'compare' | 'search';
  readonly step: number;
  readonly steps: number;
  /** Million steps a second, so far. */
  readonly speeds: Both<number>;
}
