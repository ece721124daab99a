/** The translator's exports (assembly/jit/abi.ts), which only the compiled core has. */
export interface TranslatorExports {
  /** For regions only, which find it in the table. */
  regionSlow(hart: number, code: number, offset: number): number;
  translatorSet(which: number, value: number): void;
  translatorQueued(): number;
  translatorEmit(table: number, most: number): number;
  translatorEmitted(): number;
  translatorInstall(): number;
  translatorReject(): void;
  translatorForget(): void;
  translatorCounter(which: number): bigint;
  translatorInspect(vm: number, hart: number, pc: bigint, eager: number): number;
}

/** `translatorSet`: which tunable. */
export const TranslatorSetting = {
  /** Entries of a target before it is asked for; 0 switches the translator off. */
  Threshold: 0,
  /** 1: code that was never executed is followed, too. */
  Eager: 1,
  /** 1: regions may call each other as their last act. */
  TailCalls: 2,
  /** Most guest instructions of a region. */
  RegionInstructions: 3,
  /** Bytes of the code buffer that may be used. */
  BufferBytes: 4,
  /** So many requests end a run. */
  QueueLength: 5,
  /** Steps within which a target must be entered as often; 0: any number. */
  Window: 6,
} as const;

/** `translatorCounter` names, by number. */
export const TRANSLATOR_COUNTERS = [
  'requested',
  'emitted',
  'installed',
  'stale',
  'failed',
  'evicted',
  'retired',
  'refused',
  'instructions',
  'bytes',
  'live',
  'liveInstructions',
  'tableFull',
  'bufferFull',
] as const;
export type TranslatorCounter = (typeof TRANSLATOR_COUNTERS)[number];
