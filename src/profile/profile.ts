import type { ExitName } from '../core/exit-reason.js';
import type { GuestExits, RegimeFigures } from '../vm/regime-figures.js';
import type { RunPhase } from '../vm/run-observer.js';
import type { TranslationFigures } from '../vm/translation-figures.js';
import type { InstructionClass } from './instruction-class.js';

/** A hart's modes: machine, supervisor, user; with the hypervisor extension those of a guest of its own. */
export const MODES = ['M', 'S', 'U', 'VS', 'VU'] as const;
export type Mode = (typeof MODES)[number];

/** A function, or what stands for one where nobody knows it, and how often it was met. */
export interface FunctionShare {
  /**
   * `[process NAME]` is user space of a Linux process, `[0xADDRESS]` a page of code without symbols; all code
   * of a guest's guest is without.
   */
  readonly name: string;
  readonly mode: Mode;
  readonly samples: number;
  /** Of all samples. */
  readonly share: number;
}

/** Accesses of one kind to a TLB. */
export interface TlbUse {
  /** Estimated: the share of such accesses among the samples, times all steps. */
  readonly accesses: number;
  /** Counted: page table walks, and other fills of an empty entry. */
  readonly misses: number;
  /** 0 to 1; null without accesses. */
  readonly hitRate: number | null;
}

/** Calls of one virtio device's back end. */
export interface DeviceShare {
  readonly slot: number;
  /** Device type (VIRTIO 1.2 §5). */
  readonly type: number;
  readonly calls: number;
  /** Real seconds in them, up to where each first waited. */
  readonly seconds: number;
  /** Real seconds from the calls until all that they began was done; they may overlap. */
  readonly secondsToAnswer: number;
}

/** Where a VM's time went. Shares are estimates from samples; counts are exact. */
export interface Profile {
  readonly format: 1;
  readonly engine: string;
  /** Steps from one sample to the next, on the average. */
  readonly interval: number;
  readonly samples: number;
  /** What was profiled, counted: steps, instructions retired, traps. */
  readonly steps: number;
  readonly instructions: number;
  readonly exceptions: number;
  readonly interrupts: number;
  /** Half the width of the interval that holds the true value of a share of one half in 95 of 100 runs. */
  readonly error: number;
  /** Where the functions' names are from; null if from nowhere. */
  readonly symbols: 'file' | 'kallsyms' | 'program' | null;
  /** By samples, most first; what is left over behind the thousandth is `[others]`. */
  readonly functions: readonly FunctionShare[];
  /**
   * Linux: kernel and user space of each process by its name, most first, and its guests as `[guests]`.
   * Samples before are `null`.
   */
  readonly processes: readonly {
    readonly name: string | null;
    readonly samples: number;
    readonly share: number;
  }[];
  /** Shares of all samples by privilege, on all harts and on each. */
  readonly modes: Readonly<Record<Mode, number>>;
  readonly harts: readonly {
    readonly share: number;
    readonly modes: Readonly<Record<Mode, number>>;
  }[];
  /** Shares of all samples; `interrupt` is a step that took one instead of executing an instruction. */
  readonly mix: Readonly<Record<InstructionClass | 'interrupt', number>>;
  /** Of the branches that were sampled; null without any. */
  readonly branchesTaken: number | null;
  /** Returns of the core by reason, without those that taking samples caused. */
  readonly exits: Readonly<Record<ExitName, number>>;
  readonly tlb: {
    readonly reads: TlbUse;
    readonly writes: TlbUse;
    /** An access is an entry to a page, by a jump or past the end of the one before. */
    readonly fetches: TlbUse;
    /** Hits that left the fast path nevertheless, counted by cause. */
    readonly detours: Readonly<
      Record<'global' | 'refill' | 'misaligned' | 'mmio' | 'code', number>
    >;
  };
  /** Counted, by mode; exits without those that taking samples caused. */
  readonly regimes: Readonly<Record<Mode, RegimeFigures>>;
  /** Counted: why guests of the guest came back to it. */
  readonly guestExits: GuestExits;
  /** Counted: page-table entries that walks read, of the first stage and of the G-stage. */
  readonly tableReads: { readonly firstStage: number; readonly guestStage: number };
  readonly host: {
    /** Real seconds of the run loop, and what it was at. */
    readonly seconds: number;
    readonly phases: Readonly<Record<RunPhase, number>>;
    readonly devices: readonly DeviceShare[];
    /** What ran as WebAssembly; null where all is interpreted. */
    readonly translation: TranslationFigures | null;
  };
}
