/** A guest that writes what it is told to, on a virtual clock, so that a test decides when. */
import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';
import { PAGE_SIZE, RAM_BASE } from '../../src/core/abi.js';
import type { Host } from '../../src/vm/host.js';
import type { VmSpec } from '../../src/vm/spec.js';
import type { Vm } from '../../src/vm/vm.js';

const ORDERS = RAM_BASE + 0x1000n;
/** Steps that an order takes, and that asking for one takes. */
const STEPS_AN_ORDER = 8n;
const STEPS_TO_ASK = 2n;
/** Pages of RAM that the program and its orders take. */
export const TAKEN_PAGES = 2;

/**
 * Orders are pairs at ORDERS, an address and a value, to the first whose address is 0; the first address is written
 * last, and is 0 again when all are done. At the address 1 it reboots.
 */
const PROGRAM = assemble(
  `
      li s0, ${ORDERS}
      li s1, 1
wait: ld t0, 0(s0)
      beqz t0, wait
      mv s2, s0
next: ld t0, 0(s2)
      beqz t0, done
      beq t0, s1, reboot
      ld t1, 8(s2)
      sd t1, 0(t0)
      addi s2, s2, 16
      j next
done: sd zero, 0(s0)
      j wait
reboot: li t0, 0x100000
      li t1, 0x7777
      sw t1, 0(t0)
      j .`,
  { origin: RAM_BASE },
);

export interface Order {
  readonly address: bigint;
  readonly value: bigint;
}

/** Started, and standing before its first instruction. */
export async function toldGuest(host: Host, spec: Partial<VmSpec> = {}): Promise<Vm> {
  const guest = { bare: toElf(PROGRAM) };
  const vm = await host.create({ guest, memory: '6M', clock: 'virtual', ...spec });
  await vm.runTo(10n);
  return vm;
}

/** What stands at ORDERS while a guest is about to read them. */
export function ordersBytes(orders: readonly Order[]): Uint8Array<ArrayBuffer> {
  const words = new BigUint64Array(2 * orders.length + 2);
  for (const [index, { address, value }] of orders.entries()) {
    words[2 * index] = address;
    words[2 * index + 1] = value;
  }
  return new Uint8Array(words.buffer);
}

/** Has a guest that stands do as it is told, and stand again. 250 orders at most. */
export async function tell(vm: Vm, orders: readonly Order[]): Promise<void> {
  vm.ram.write(ORDERS, ordersBytes(orders));
  const steps = vm.counts.steps + STEPS_AN_ORDER * BigInt(orders.length) + 4n * STEPS_TO_ASK;
  for (;;) {
    await vm.runTo(steps > vm.counts.steps ? steps : vm.counts.steps + STEPS_TO_ASK);
    if (vm.ram.readU64(ORDERS) === 0n) return;
  }
}

/** Has a guest that stands reboot, and stand again. */
export async function tellToReboot(vm: Vm): Promise<void> {
  vm.ram.write(ORDERS, ordersBytes([{ address: 1n, value: 0n }]));
  await vm.runTo(vm.counts.steps + 40n);
}

export const addressOf = (page: number, offset = 0) => RAM_BASE + BigInt(page * PAGE_SIZE + offset);
