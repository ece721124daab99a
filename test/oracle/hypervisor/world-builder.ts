import { encode, type Image, ORIGIN } from '../code.js';
import type { Random } from '../random.js';
import { AddressSpace, BARE, ROOTS, type Root } from './address-space.js';
import { HYPERVISOR_HANDLER } from './harness.js';
import {
  FLOATS,
  HU,
  isVirtual,
  type Mode,
  MXR,
  type Operation,
  PRIVILEGE,
  type Sight,
  SPP,
  SPV,
  SPVP,
  SUM,
  writeHandler,
  writeOperation,
} from './operation.js';
import { tableOffset } from './tables.js';
import { data } from './values.js';
import {
  CODE,
  COUNT_OFFSET,
  CSR_OFFSET,
  DATA,
  DATA_PAGES,
  HEADER,
  OPERATIONS_MOST,
  PAGE,
  START_CSRS,
  type StartCsr,
} from './world.js';

const NEVER = (1n << 64n) - 1n;
/** What the modes above a hypervisor may delegate to it; calls of the handlers stay. */
const MEDELEG = 0xf0b5ffn;
const HEDELEG = 0xb1ffn;
/** Failed fetches, of a handler for one, which would fail again and again. */
const FETCHES = (1n << 1n) | (1n << 12n);
const PAGE_FAULTS = (3n << 12n) | (3n << 20n);
const ADUE = 1n << 61n;
const PBMTE = 1n << 62n;
const STCE = 1n << 63n;

const MODE_OF: Readonly<Record<Root, bigint>> = { [BARE]: 0n, 2: 8n, 3: 9n, 4: 10n };

/** Delegates all page faults of fetches and loads if any, and access faults of loads as those of fetches. */
const alike = (medeleg: bigint) =>
  (medeleg & ~PAGE_FAULTS & ~(1n << 5n)) |
  (medeleg & (1n << 12n) ? PAGE_FAULTS : 0n) |
  ((medeleg & 2n) << 4n);

/** A world under construction: its tables, its operations so far, and what its CSRs will be after them. */
export class WorldBuilder {
  readonly operations: Operation[] = [];
  readonly space: AddressSpace;
  /** Whether roots move and the G-stage's scheme changes. */
  readonly moves: boolean;
  /** Whether no page is larger than 2 MiB. */
  readonly small: boolean;
  /** Whether hardware may update the VS-stage's tables. */
  readonly updates: boolean;
  /** The schemes of vsatp and of satp. */
  supervisor: Root;
  readonly hypervisor: Root;
  vsatp: bigint;
  hgatp: bigint;
  medeleg: bigint;
  menvcfg: bigint;
  henvcfg: bigint;
  private readonly physical: bigint;
  private spaces = 0;

  constructor(
    private readonly image: Image,
    private readonly at: number,
    readonly random: Random,
  ) {
    this.physical = BigInt(ORIGIN + at);
    const top = random.oneIn(10) ? BARE : random.pick([2, 3, 4, 4] as const);
    this.small = random.oneIn(6);
    this.moves = !this.small && random.oneIn(2);
    this.updates = random.oneIn(2);
    for (let i = -PAGE; i < (DATA_PAGES + 1) * PAGE; i += 8) {
      image.set64(at + DATA + PAGE + i, data(random));
    }
    this.space = new AddressSpace(image, at, random, top, this.updates, this.moves, this.small);
    this.supervisor = random.pick(ROOTS);
    this.hypervisor = random.oneIn(3) ? 2 : BARE;
    this.vsatp = this.vsatpFor(this.supervisor, 0);
    this.hgatp = this.hgatpFor(top);
    this.medeleg = this.delegated();
    this.menvcfg = this.environment();
    this.henvcfg = this.guestEnvironment();
    writeHandler(image, at);
  }

  writeStart(): void {
    const { random, image, at } = this;
    const bits = (mask: bigint) => random.u64() & mask;
    const csrs: Partial<Record<StartCsr, bigint>> = {
      menvcfg: this.menvcfg,
      henvcfg: this.henvcfg,
      medeleg: this.medeleg,
      hedeleg: this.delegatedFurther(),
      mcounteren: random.oneIn(2) ? NEVER : bits(0xffff_ffffn),
      hcounteren: bits(0xffff_ffffn),
      scounteren: bits(0xffff_ffffn),
      mideleg: 0x222n,
      htimedelta: random.u64(),
      satp: this.hypervisor === BARE ? 0n : this.tableAt(2) | (8n << 60n),
      hgatp: this.hgatp,
      vsatp: this.vsatp,
      stvec: BigInt(HYPERVISOR_HANDLER),
      vstvec: this.physical + BigInt(CODE),
      stimecmp: NEVER,
      vstimecmp: NEVER,
    };
    for (const [n, name] of START_CSRS.entries()) {
      image.set64(at + HEADER + CSR_OFFSET + 8 * n, csrs[name] ?? 0n);
    }
  }

  /** A value for medeleg. */
  delegated(): bigint {
    const { random } = this;
    if (random.oneIn(3)) return 0n;
    const bits = random.u64() & MEDELEG;
    return random.oneIn(2) ? bits : alike(bits);
  }

  /** A value for hedeleg. */
  delegatedFurther(): bigint {
    return this.random.u64() & HEDELEG & (this.moves ? ~FETCHES : NEVER);
  }

  /** A value for menvcfg. */
  environment(): bigint {
    const { random } = this;
    const bits = [ADUE, PBMTE, STCE, 1n].filter(() => random.oneIn(2));
    return bits.reduce((sum, bit) => sum | bit, 0n);
  }

  /** A value for henvcfg. */
  guestEnvironment(): bigint {
    const { random } = this;
    const bits = random.oneIn(2) ? this.menvcfg : this.environment();
    return bits & (this.updates ? NEVER : ~ADUE);
  }

  /** The page number of the VS-stage's table of a level, where it is. */
  private tableAt(level: number): bigint {
    return (this.physical + BigInt(tableOffset('supervisor', level))) >> 12n;
  }

  /** vsatp for a scheme; the root may be found badly if roots move. */
  vsatpFor(root: Root, asid: number): bigint {
    if (root === BARE) return 0n;
    const place = this.space.tablePlace(tableOffset('supervisor', root), this.moves ? 3 : 1e6);
    return (MODE_OF[root] << 60n) | (BigInt(asid) << 44n) | (place.address >> 12n);
  }

  /** hgatp for a scheme, with a VMID of its own. */
  hgatpFor(root: Root): bigint {
    if (root === BARE) return 0n;
    const table = this.physical + BigInt(tableOffset('guest', root));
    return (MODE_OF[root] << 60n) | (BigInt(this.nextSpace()) << 44n) | (table >> 12n);
  }

  private get sight(): Sight {
    return { supervisor: this.supervisor, hypervisor: this.hypervisor };
  }

  add(operation: Operation): void {
    const number = this.operations.length;
    this.operations.push(operation);
    if (number < OPERATIONS_MOST)
      writeOperation(this.image, this.at, number, operation, this.sight);
  }

  /** An ASID or VMID that was not in use before. */
  nextSpace(): number {
    return this.spaces++;
  }

  /** Out of virtual modes QEMU asks menvcfg what henvcfg is to say (see deviations). */
  get asksAlike(): boolean {
    return ((this.menvcfg ^ this.henvcfg) & (ADUE | PBMTE)) === 0n;
  }

  /** Whether stimecmp may drive interrupts. */
  get timed(): boolean {
    return (this.menvcfg & STCE) !== 0n;
  }

  /** Whether HLVX can be compared: QEMU calls its faults those of fetches (see deviations). */
  get delegatesAlike(): boolean {
    return alike(this.medeleg) === this.medeleg;
  }

  /** Status registers to enter a mode with, the other bits at random. */
  statusOf(mode: Mode) {
    const { random } = this;
    const some = (bit: bigint, chance: number) => (random.oneIn(chance) ? bit : 0n);
    const floats = () => (random.oneIn(64) ? 0n : FLOATS);
    const sharing = () => some(SUM, 2) | some(MXR, 2) | some(SPP, 2) | floats();
    const [mstatus, hstatus] = [sharing(), some(SPV, 2) | some(SPVP, 2) | some(HU, 2)];
    // SRET leads to what SPV and SPP say, MRET to MPP.
    return {
      mstatus: isVirtual(mode)
        ? (mstatus & ~SPP) | (PRIVILEGE[mode] << 8n)
        : mstatus | (PRIVILEGE[mode] << 11n),
      hstatus: isVirtual(mode) ? hstatus | SPV : hstatus,
      vsstatus: sharing(),
    };
  }

  /** The beginning of an operation that no status register keeps from its work. */
  plain(mode: Mode) {
    const status = this.statusOf(mode);
    return { mode, ...status, mstatus: status.mstatus & ~(3n << 20n) };
  }

  /** Writes a CSR in M-mode, and fences. */
  csr(
    number: number,
    value: bigint,
    fences: readonly string[] = [],
    compare: bigint = NEVER,
  ): void {
    this.add({
      ...this.plain('M'),
      words: [
        encode('csrrw', { rd: 10, rs1: 12, csr: number }),
        ...fences.map((name) => encode(name)),
      ],
      value,
      compare,
    });
  }

  /** Ends the world after so many operations. */
  finish(count: number): readonly Operation[] {
    const kept = this.operations.slice(0, count);
    this.image.set64(this.at + HEADER + COUNT_OFFSET, BigInt(kept.length));
    return kept;
  }
}
