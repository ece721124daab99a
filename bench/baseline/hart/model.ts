/**
 * What follows from the CPU model, worked out once: which modes there are, and with them which bits of
 * the CSRs mean anything (Privileged 3.1.6). A field that speaks of a mode or an extension the model
 * lacks reads 0.
 */
import { EXTENSION_BITS, type ExtensionName } from '../../../isa/extensions.js';
import { MACHINE, SUPERVISOR, USER } from './hart.js';
import { ALL_INTERRUPTS, S_INTERRUPTS } from './interrupts.js';
import {
  ADUE_HIGH,
  FS,
  MIE,
  MPIE,
  MPP,
  MPRV,
  MXR,
  PBMTE_HIGH,
  SIE,
  SPIE,
  SPP,
  STCE_HIGH,
  SUM,
  SXL_64_HIGH,
  TSR,
  TVM,
  TW,
  UXL_64_HIGH,
} from './status.js';

/** misa.Extensions (3.1.1). */
const MISA_LETTERS = (1n << 26n) - 1n;
/** misa.MXL: 64 bits. */
export const MISA_HIGH = 0x8000_0000 | 0;

export class CpuModel {
  /** Modes and extensions that the model has. */
  readonly user: boolean;
  readonly supervisor: boolean;
  readonly compressed: boolean;
  readonly float: boolean;
  readonly counters: boolean;
  readonly sstc: boolean;
  readonly sv48: boolean;
  readonly sv57: boolean;
  /** misa's low half. */
  readonly letters: number;
  /** What xRET leaves in MPP, and reset begins with: the least privileged mode there is (3.1.6.1). */
  readonly leastMode: number;
  /** Bits of mstatus' low half that S-mode writes through sstatus, and that M-mode writes. */
  readonly supervisorWritable: number;
  readonly machineWritable: number;
  /** mstatus' high half but for SD: UXL and SXL. */
  readonly statusHigh: number;
  /** Bits of menvcfg's high half that can be set. */
  readonly menvcfgHigh: number;
  /** Bits that mie and mip have. */
  readonly interruptBits: number;
  /** Bits of a pc's low half: without C, bit 1 of epc reads as zero (3.1.14). */
  readonly pcMask: number;

  constructor(extensions: bigint) {
    const has = (name: ExtensionName) => ((extensions >> BigInt(EXTENSION_BITS[name])) & 1n) !== 0n;
    this.user = has('U');
    this.supervisor = has('S');
    this.compressed = has('C');
    this.float = has('F');
    this.counters = has('ZICNTR');
    this.sstc = has('SSTC');
    this.sv48 = has('SV48');
    this.sv57 = has('SV57');
    this.letters = Number(extensions & MISA_LETTERS);
    this.leastMode = this.user ? USER : MACHINE;
    const float = this.float ? FS : 0;
    this.supervisorWritable = SIE | SPIE | SPP | SUM | MXR | float;
    let machine = MIE | MPIE | MPP | float;
    if (this.user) machine |= MPRV | TW;
    if (this.supervisor) machine |= this.supervisorWritable | TVM | TSR;
    this.machineWritable = machine;
    this.statusHigh = (this.user ? UXL_64_HIGH : 0) | (this.supervisor ? SXL_64_HIGH : 0);
    this.menvcfgHigh =
      (this.sstc ? STCE_HIGH : 0) |
      (has('SVADU') ? ADUE_HIGH : 0) |
      (has('SVPBMT') ? PBMTE_HIGH : 0);
    this.interruptBits = this.supervisor ? ALL_INTERRUPTS : ALL_INTERRUPTS & ~S_INTERRUPTS;
    this.pcMask = this.compressed ? ~1 : ~3;
  }

  /** Whether there is such a mode; an MPP of another cannot be written. */
  hasMode(mode: number): boolean {
    if (mode === MACHINE) return true;
    if (mode === SUPERVISOR) return this.supervisor;
    return mode === USER && this.user;
  }
}
