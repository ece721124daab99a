import type { Regime } from '../core/abi.js';
import type { ExitName } from '../core/exit-reason.js';
import type { BlockCounts } from '../machine/virtio/block/counts.js';
import type { NetworkCounts } from '../machine/virtio/network/network-device.js';
import type { DeviceHealth } from '../machine/virtio/slot.js';
import { ticksToSeconds } from './clock.js';
import type { Life } from './life.js';
import {
  type GuestExits,
  guestExits,
  type RegimeFigures,
  regimeFigures,
} from './regime-figures.js';
import type { StopReason } from './stop-reason.js';
import { type TranslationFigures, translationFigures } from './translation-figures.js';
import type { Works } from './works.js';

/** What a VM did, in figures. */
export interface VmSummary {
  /** The engine that runs it. */
  readonly engine: string;
  /** Instructions that retired, on all harts. */
  readonly instructions: number;
  /** Instructions retired, traps and interrupts taken, on all harts. */
  readonly steps: number;
  /** Real seconds from the start to the end, or to now. */
  readonly seconds: number;
  /** Seconds of the guest's own clock. */
  readonly guestSeconds: number;
  /** Million instructions retired a real second. */
  readonly mips: number;
  /** Real seconds until the guest idled behind a shell's prompt; without one, until it was ready. */
  readonly secondsToPrompt: number | null;
  readonly exits: Readonly<Record<ExitName, number>>;
  /** TLB misses by cause, on all harts. */
  readonly tlbMisses: Readonly<
    Record<
      'read' | 'write' | 'fetch' | 'global' | 'refill' | 'misaligned' | 'mmio' | 'code',
      number
    >
  >;
  readonly exceptions: number;
  readonly interrupts: number;
  /** By regime: modes M, S (HS with the hypervisor extension), U, VS and VU. */
  readonly regimes: Readonly<Record<Regime, RegimeFigures>>;
  readonly guestExits: GuestExits;
  /** Page-table entries that walks read: of the first stage (satp, vsatp), and of the G-stage (hgatp). */
  readonly tableReads: { readonly firstStage: number; readonly guestStage: number };
  /** What ran as WebAssembly; null where all is interpreted. */
  readonly translation: TranslationFigures | null;
  /** What the drives have done, in their order. */
  readonly drives: readonly BlockCounts[];
  /** What the network card has done. */
  readonly network: NetworkCounts;
  /** How each virtio device fares. */
  readonly devices: readonly DeviceHealth[];
  /** How the VM ended; null while it has not. */
  readonly stop: { readonly kind: StopReason['kind']; readonly code: number } | null;
}

export function summarize(works: Works, { startedAt, seconds, stop }: Life): VmSummary {
  const { core, machine, peripherals, prompt, ready } = works;
  const { blocks, network } = peripherals.devices;
  const reached = prompt.first ?? ready.first;
  const counts = machine.counts();
  const { translation } = core;
  const instructions = Number(counts.instructions);
  const { harts } = counts;
  return {
    engine: core.engine.name,
    instructions,
    steps: Number(counts.steps),
    seconds: round(seconds),
    guestSeconds: ticksToSeconds(counts.time),
    mips: seconds > 0 ? round(instructions / seconds / 1e6) : 0,
    secondsToPrompt: reached === undefined ? null : round((reached - startedAt) / 1000),
    exits: counts.exits,
    tlbMisses: {
      read: harts.missRead,
      write: harts.missWrite,
      fetch: harts.missFetch,
      global: harts.missGlobal,
      refill: harts.missRefill,
      misaligned: harts.missMisaligned,
      mmio: harts.missMmio,
      code: harts.missCode,
    },
    exceptions: harts.exceptions,
    interrupts: harts.interrupts,
    regimes: regimeFigures(counts.regimes),
    guestExits: guestExits(harts),
    tableReads: { firstStage: harts.tableReads, guestStage: harts.guestTableReads },
    translation: translation === undefined ? null : translationFigures({ counts, translation }),
    drives: blocks.map((block) => structuredClone(block.counts)),
    network: { ...network.counts },
    devices: peripherals.bus.health(),
    stop: stop === undefined ? null : { kind: stop.kind, code: stop.code },
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;
