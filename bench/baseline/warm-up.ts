/**
 * V8 compiles the inner loop for the cases it has seen, and throws the code away when another is met: a Linux
 * boot paid for that 25 times. So each kind of instruction is executed a few times before the first guest's.
 */
import { type ExtensionName, extensionSet } from '../../isa/extensions.js';
import { isHot, opOf } from '../../isa/ops.js';
import type { Row } from '../../isa/row.js';
import { findRow, ROWS } from '../../isa/table.js';
import { MSTATUS } from './hart/csr-slot.js';
import { refreshFloat } from './hart/csr-write.js';
import type { Hart } from './hart/hart.js';
import { startMachine } from './hart/reset.js';
import { FS } from './hart/status.js';
import { BaselineHost } from './host.js';
import { PAGE_SIZE, RAM_BASE } from './layout.js';
import { HostMemory } from './memory/host-memory.js';
import { runVm } from './sched/run.js';
import { createVm } from './vm/lifecycle.js';

/** Operands that each instruction is met with, and how often all are executed. */
const VARIANTS = 4;
const ROUNDS = 12;
const RAM_PAGES = 32;
/** The register that addresses are in, and the one that a jump goes by; no instruction writes the first. */
const BASE = 2;
const TARGET = 3;
const NOP = 0x13;
/** auipc, into the register that a jump goes by. */
const HERE = 0x17 | (TARGET << 7);
const OFFERED: readonly ExtensionName[] = [
  ...(['A', 'C', 'D', 'F', 'I', 'M', 'S', 'U', 'ZICSR', 'ZIFENCEI', 'ZICOND'] as const),
  ...(['ZBA', 'ZBB', 'ZBS'] as const),
];

/** Numbers that look random and are the same each time. */
let seed = 1;
function random(): number {
  seed = (Math.imul(seed, 0x0019_660d) + 0x3c6e_f35f) | 0;
  return seed ^ (seed >>> 15);
}

/** A destination other than x0, BASE and TARGET. */
const destination = () => 4 + (random() & 15);

/** An instruction of the row with operands that let it do its work, and what has to stand around it. */
function wordsOf(row: Row): number[] {
  const rd = destination() << 7;
  const base = BASE << 15;
  const source = destination() << 20;
  // A multiple of eight below 512.
  const offset = (random() & 63) << 3;
  const { match, mask } = row;
  switch (row.shape) {
    case 'load':
    case 'floatLoad':
      return [match | rd | base | (offset << 20)];
    case 'store':
      return [match | base | source | ((offset >> 5) << 25) | ((offset & 31) << 7)];
    case 'branch':
      // Taken or not, it goes on behind the next.
      return [match | ((random() & 15) << 15) | source | (4 << 8), NOP];
    case 'jump':
      return [match | rd | (2 << 21)];
    case 'jumpRegister':
      return [HERE, match | rd | (TARGET << 15) | (8 << 20)];
    default: {
      if (row.extensions.includes('A')) return [match | rd | base | source];
      const free = random() & ~mask & ~((31 << 7) | (7 << 12));
      return [match | rd | (free & ~(3 << 25))];
    }
  }
}

/** Whether an instruction does no more than compute, access memory or jump. */
function isPlain(row: Row): boolean {
  if (row.length !== 4) return false;
  if (row.extensions.some((name) => name === 'A' || name === 'F' || name === 'D')) return true;
  return isHot(opOf(row, row.match | (4 << 7)));
}

/** The instructions that are executed: of each hot row several, with different operands. */
export function program(extensions: bigint): Int32Array {
  const words: number[] = [];
  for (let variant = 0; variant < VARIANTS; variant++) {
    for (const row of ROWS.filter(isPlain)) {
      const candidate = wordsOf(row);
      if (candidate.every((word) => findRow(word, extensions) !== undefined))
        words.push(...candidate);
    }
  }
  return Int32Array.from(words);
}

function fillRegisters(hart: Hart): void {
  for (let index = 8; index < 64; index++) hart.x[index] = random();
  for (let index = 0; index < 32; index++) hart.f64[index] = random() / 7;
  hart.x[2 * BASE] = (RAM_BASE + (RAM_PAGES - 1) * PAGE_SIZE) | 0;
  hart.x[2 * BASE + 1] = 0;
  hart.csr[MSTATUS] |= FS;
  // NX, with which native arithmetic may be all there is to do.
  hart.fcsr = 1;
  refreshFloat(hart);
}

let warm = false;

/** Executes all of it, once in a process: some milliseconds. */
export function warmUp(): void {
  if (warm) return;
  warm = true;
  const host = new BaselineHost();
  host.memory = new HostMemory(RAM_PAGES);
  const extensions = extensionSet(OFFERED);
  const vm = host.vm(createVm(host, RAM_PAGES * PAGE_SIZE, 1, extensions, 0));
  const words = program(extensions);
  vm.memory.i32.set(words, vm.ramStart >>> 2);
  const [hart] = vm.harts as [Hart];
  for (let round = 0; round < ROUNDS; round++) {
    startMachine(hart, BigInt(RAM_BASE), 0n, 0n);
    fillRegisters(hart);
    runVm(vm, words.length, 0, 0);
  }
}
