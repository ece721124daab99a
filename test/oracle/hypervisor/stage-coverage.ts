import { ORIGIN } from '../code.js';
import { MEMORY } from '../machine.js';
import { entryOf } from './log.js';
import { type Access, handlers, type Operation } from './operation.js';
import { type End, follow } from './structure.js';
import { trapOf } from './trap.js';

type Kind = Access['kind'];
const KINDS: readonly Kind[] = ['load', 'store', 'fetch'];
const LEVELS = [0, 1, 2, 3, 4] as const;
const FAULTS: Readonly<Record<number, { readonly kind: Kind; readonly what: string }>> = {
  1: { kind: 'fetch', what: 'access' },
  5: { kind: 'load', what: 'access' },
  7: { kind: 'store', what: 'access' },
  12: { kind: 'fetch', what: 'page' },
  13: { kind: 'load', what: 'page' },
  15: { kind: 'store', what: 'page' },
  20: { kind: 'fetch', what: 'guest-page' },
  21: { kind: 'load', what: 'guest-page' },
  23: { kind: 'store', what: 'guest-page' },
};
/** Pseudoinstructions of accesses that a translation makes by itself (Privileged 15.6.3). */
const IMPLICIT = [0x3000n, 0x3020n];

const leafName = ({ kind, level }: End) => (kind === 'bare' ? 'bare' : `level ${level}`);

/** All that must have happened. */
function everyCell(): string[] {
  const leaves = ['bare', ...LEVELS.map((level) => `level ${level}`)];
  return KINDS.flatMap((kind) => [
    ...leaves.flatMap((vs) => leaves.map((g) => `${kind}: done, VS ${vs}, G ${g}`)),
    ...LEVELS.map((level) => `${kind}: page fault, VS level ${level}`),
    `${kind}: page fault, VS address`,
    ...LEVELS.map((level) => `${kind}: guest-page fault, G level ${level}`),
    `${kind}: guest-page fault, G address`,
    ...LEVELS.flatMap((vs) =>
      LEVELS.map((g) => `${kind}: guest-page fault, G level ${g}, for the VS entry of level ${vs}`),
    ),
    ...['VS entry', 'page'].map((what) => `${kind}: access fault, ${what}`),
  ]);
}

/** Causes by who takes the trap first; calls from HS-mode and M-mode are how operations end. */
const TAKEN: Readonly<Record<'M' | 'HS' | 'VS', readonly number[]>> = {
  M: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 20, 21, 22, 23],
  HS: [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 15, 20, 21, 22, 23],
  VS: [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15],
};
const INTERRUPTS: typeof TAKEN = { M: [1, 5, 9], HS: [1, 2, 5, 6, 9, 10], VS: [1, 5, 9] };

/** All traps that must have been taken. */
function everyTrap(): string[] {
  return (['M', 'HS', 'VS'] as const).flatMap((level) => [
    ...TAKEN[level].map((cause) => `${cause} to ${level}`),
    ...INTERRUPTS[level].map((cause) => `interrupt ${cause} to ${level}`),
  ]);
}

/** What the two-stage campaign has met, by cause, stage and level, according to the oracle. */
export class StageCoverage {
  private readonly cells = new Map<string, number>();
  private readonly causes = new Map<string, number>();
  private count = 0;

  /** Accesses through two stages. */
  get accesses(): number {
    return this.count;
  }

  /** Cells that no access came to, and traps that none took. */
  missing(): string[] {
    return [
      ...everyCell().filter((cell) => !this.cells.has(cell)),
      ...everyTrap().filter((trap) => !this.causes.has(trap)),
    ];
  }

  /**
   * Counts a world's operations.
   *
   * @param image RAM before; stores into tables are made up for
   * @param memory RAM as the oracle left it
   */
  world(
    image: Uint8Array,
    memory: Uint8Array,
    world: number,
    operations: readonly Operation[],
  ): void {
    const view = new DataView(image.buffer, image.byteOffset);
    for (const [number, operation] of operations.entries()) {
      const { access, poke } = operation;
      if (poke !== undefined) {
        view.setBigUint64(poke.place, BigInt.asUintN(64, poke.value), true);
        continue;
      }
      const trap = trapOf(entryOf(memory, world, number), handlers(world));
      const told = `${trap.cause >> 63n ? 'interrupt ' : ''}${trap.cause & 0xffn} to ${trap.level}`;
      this.causes.set(told, (this.causes.get(told) ?? 0) + 1);
      if (access === undefined) continue;
      this.count++;
      const cell = classify(access, trap, view);
      this.cells.set(cell, (this.cells.get(cell) ?? 0) + 1);
    }
  }

  report(): string {
    const sorted = (map: Map<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      `two-stage accesses compared: ${this.count}`,
      ...sorted(this.cells).map(([cell, times]) => `  ${times} ${cell}`),
      `traps: ${sorted(this.causes)
        .map(([cause, times]) => `${cause}: ${times}`)
        .join(', ')}`,
    ].join('\n');
  }
}

function classify(access: Access, trap: ReturnType<typeof trapOf>, view: DataView): string {
  const fault = trap.cause < 64n ? FAULTS[Number(trap.cause)] : undefined;
  const read = (physical: bigint) => {
    const at = physical - BigInt(ORIGIN);
    if (at < 0n || at >= BigInt(MEMORY)) return undefined;
    return Number(at) + 8 <= view.byteLength ? view.getBigUint64(Number(at), true) : 0n;
  };
  const guest = (address: bigint) => follow(access.hgatp, address, true, read);
  const address = fault === undefined ? access.address : trap.value;
  const places = new Map<bigint, number>();
  // The VS-stage's entries are where the G-stage finds them.
  const end = follow(access.vsatp, address, false, (place) => {
    places.set(place & -8n, places.size);
    const { kind, target } = guest(place);
    return kind === 'leaf' || kind === 'bare' ? read(target) : undefined;
  });
  if (fault === undefined) {
    return `${access.kind}: done, VS ${leafName(end)}, G ${leafName(guest(end.target))}`;
  }
  const { kind, what } = fault;
  if (what === 'page') {
    return `${kind}: page fault, VS ${end.kind === 'width' ? 'address' : `level ${end.level}`}`;
  }
  if (what === 'access') {
    return `${kind}: access fault, ${end.kind === 'nowhere' ? 'VS entry' : 'page'}`;
  }
  const failed = guest(trap.guestAddress);
  const where = failed.kind === 'width' ? 'G address' : `G level ${failed.level}`;
  const implicit = IMPLICIT.includes(trap.instruction);
  if (!implicit) return `${kind}: guest-page fault, ${where}`;
  const top = Number(access.vsatp >> 60n) - 6;
  const depth = places.get(trap.guestAddress & -8n);
  const level = depth === undefined ? 'unknown' : `${top - depth}`;
  return `${kind}: guest-page fault, ${where}, for the VS entry of level ${level}`;
}
