/** Accesses of a drawn world, by the model and by the core. */
import { RAM_BASE } from '../../../src/core/abi.js';
import { randomNumbers } from '../random.js';
import { mapCode } from './code-page.js';
import { type Draw, drawAccess, drawPermissions, drawWorld, oneOf, type World } from './draw.js';
import { DrawnMemory, lookOnly } from './drawn-memory.js';
import { type Access, type EntryRead, type Outcome, translate } from './model.js';
import type { Rig } from './rig.js';

export interface TrialOptions {
  /** Accesses of a guest, through two stages. */
  readonly virtual?: boolean;
  /** Modes of vsatp and hgatp; drawn if not given. */
  readonly mode?: bigint;
  readonly guestMode?: bigint;
}

/** One world on a hart: its tables are drawn as walks get to them, and written into the hart's RAM. */
export class Trial {
  readonly seed: number;
  readonly draw: Draw;
  world: World;
  readonly memory: DrawnMemory;
  readonly rig: Rig;
  readonly #virtual: boolean;
  /** Where a guest of this world would find the program. */
  readonly #code: { readonly supervisor: bigint; readonly user: bigint } | undefined;

  constructor(rig: Rig, seed: number, { virtual = true, mode, guestMode }: TrialOptions = {}) {
    this.rig = rig;
    this.seed = seed;
    this.draw = randomNumbers(seed);
    this.world = drawWorld(this.draw, mode, guestMode);
    this.#virtual = virtual;
    this.memory = new DrawnMemory(this.draw, this.world, virtual, rig.machine.program.bytes);
    const { setting } = this.world;
    rig.configure(setting);
    if (virtual) this.#code = mapCode(this.memory, setting, rig.machine.at('ld'));
  }

  /** The fetch of `label` in the program by the guest's supervisor or user, if that succeeds. */
  codeFetch(label: 'ld' | 'sd', user: boolean): Access | undefined {
    if (this.#code === undefined) return undefined;
    const { machine } = this.rig;
    const base = user ? this.#code.user : this.#code.supervisor;
    const va = base + machine.at(label) - machine.at('ld');
    const fetch: Access = { va, kind: 'fetch', user, virtual: true, executable: false };
    const { failure, physical } = this.look(fetch);
    return failure === undefined && physical === machine.at(label) ? fetch : undefined;
  }

  drawAccess(): Access {
    return drawAccess(this.draw, this.world, this.#virtual);
  }

  /** Draws SUM and MXR anew, which takes no fence. */
  changePermissions(): void {
    const setting = { ...this.world.setting, ...drawPermissions(this.draw) };
    this.world = { ...this.world, setting };
    this.rig.configure(setting);
  }

  /** One of these; the seed says which. */
  oneOf<T>(all: readonly T[]): T {
    return oneOf(this.draw, all);
  }

  /** What the model says of an access that changes nothing. The core's RAM has what it read. */
  look(access: Access): Outcome {
    const outcome = translate(lookOnly(this.memory), this.world.setting, access);
    this.#write();
    return outcome;
  }

  /** What the model says of an access, and does to memory. */
  translate(access: Access): Outcome {
    const outcome = translate(this.memory, this.world.setting, access);
    this.#write();
    return outcome;
  }

  #write(): void {
    this.rig.write(this.memory.words, this.memory.takeDrawn());
  }

  /**
   * Compares RAM, then makes it what it was before the first access.
   *
   * @throws Error that names the first word that the core and the model disagree on
   */
  end(): void {
    const { words } = this.memory;
    const { bytes } = this.rig.machine.program;
    for (const [place, word] of words) {
      const address = RAM_BASE + BigInt(place);
      const found = this.rig.machine.ram.readU64(address);
      if (found !== word) {
        throw new Error(`seed ${this.seed}: ${hex(address)} is ${hex(found)}, not ${hex(word)}`);
      }
    }
    this.rig.write(
      new Map(),
      [...words.keys()].filter((place) => place >= bytes.length),
    );
  }

  /**
   * @param reads entries that led to the model's answer
   * @throws Error with the seed and both answers, if they differ
   */
  compare(
    access: Access,
    what: string,
    core: string,
    model: string,
    reads: readonly EntryRead[] = [],
  ): void {
    if (core === model) return;
    const { satp, vsatp, hgatp, ...rest } = this.world.setting;
    throw new Error(
      [
        `${what}, seed ${this.seed}: ${access.virtual ? 'V' : ''}${access.user ? 'U' : 'S'} ` +
          `${access.kind}${access.executable ? ' executable' : ''} of ${hex(access.va)}`,
        `satp ${hex(satp)} vsatp ${hex(vsatp)} hgatp ${hex(hgatp)} ${JSON.stringify(rest)}`,
        `core:\n${core}`,
        `model:\n${reads.map(readLine).join('')}${model}`,
      ].join('\n'),
    );
  }
}

export const hex = (value: bigint): string => `0x${value.toString(16)}`;

export const readLine = ({ stage, level, address, physical, entry }: EntryRead): string =>
  `  stage ${stage} level ${level} at ${hex(address)} = ${hex(physical)}: ${hex(entry)}\n`;
