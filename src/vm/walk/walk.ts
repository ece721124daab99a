import type { Regime } from '../../core/abi.js';
import type { AddressTranslation } from './address-translation.js';
import type { TableEntry } from './table-entry.js';

export type Access = 'read' | 'write' | 'fetch';

export interface WalkOptions {
  /** What is to be done there. Default 'read'. */
  readonly access?: Access;
  /**
   * In which mode. Default: that of the hart's own accesses now, which for loads and stores heeds
   * mstatus.MPRV.
   */
  readonly regime?: Regime;
}

/** What a walk came to. */
export type WalkOutcome =
  | { readonly kind: 'translated'; readonly physical: bigint }
  | {
      readonly kind: 'fault';
      /** The exception's code (Privileged 3.1.15) and name. */
      readonly cause: number;
      readonly fault: string;
      /** Of a guest-page fault: the address that the G-stage does not translate. */
      readonly guestPhysical?: bigint;
      /** What of the last entry, or of the address, is the reason; absent where it cannot be told. */
      readonly reason?: string;
    };

/** How a hart translates an address, entry by entry. */
export interface Walk {
  readonly hart: number;
  readonly address: bigint;
  readonly access: Access;
  readonly regime: Regime;
  /** satp's or vsatp's; absent in M-mode, which translates nothing. */
  readonly firstStage?: AddressTranslation;
  /** hgatp's; absent but for a guest of the hart. */
  readonly guestStage?: AddressTranslation;
  /** In the order in which they are read. */
  readonly entries: readonly TableEntry[];
  /** What the first stage yields: below a G-stage a guest-physical address. Absent if it faults. */
  readonly guestPhysical?: bigint;
  readonly outcome: WalkOutcome;
}
