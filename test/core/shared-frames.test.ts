/** Frames that several VMs map: who has which, what each reads, and that all come back. */
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE, RAM_BASE } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { VirtioSlots } from '../../src/core/virtio-slots.js';
import { controlFrames, leaveFrames } from '../virtio/accounts.js';
import { BUFFERS, running, take } from '../virtio/device.js';
import { checkReferences, framesOf } from './frame-accounts.js';
import { Machine, newCore } from './machine.js';
import { OFF } from './program-parts.js';
import { randomNumbers } from './random.js';

/** RAM of the machines, 6 MiB: the program, and pages in three sub-tables. */
const RAM = 6 << 20;
const PAGES = RAM / PAGE_SIZE;
const COMMAND = RAM_BASE + 0x3000n;
const FIRST = 8;

/**
 * Does as it is told: writes the word at COMMAND + 8 to the address at COMMAND when that is not 0, puts what it read
 * there before at COMMAND + 16, and clears COMMAND.
 */
const MAILBOX = `
      li s0, ${COMMAND}
1:    ld t0, 0(s0)
      beqz t0, 1b
      ld t1, 8(s0)
      ld t2, 0(t0)
      sd t2, 16(s0)
      sd t1, 0(t0)
      sd zero, 0(s0)
      j 1b`;

const addressOf = (page: number) => RAM_BASE + BigInt(page * PAGE_SIZE);

/** A VM with what each page's first word must be. */
interface Modelled {
  readonly machine: Machine;
  readonly words: Map<number, bigint>;
}

const word = ({ words }: Modelled, page: number) => words.get(page) ?? 0n;

/** Has the guest write a word; what stood there is compared. */
function guestWrites(vm: Modelled, page: number, value: bigint): void {
  const { machine } = vm;
  machine.ram.writeU64(COMMAND + 8n, value);
  machine.ram.writeU64(COMMAND, addressOf(page));
  for (let calls = 0; machine.ram.readU64(COMMAND) !== 0n; calls++) {
    if (calls === 100) throw new Error('the guest does not do as it is told');
    machine.run(20n);
  }
  expect(machine.ram.readU64(COMMAND + 16n)).toBe(word(vm, page));
  vm.words.set(page, value);
}

function hostWrites({ machine, words }: Modelled, page: number, value: bigint): void {
  machine.ram.writeU64(addressOf(page), value);
  words.set(page, value);
}

function check(core: Core, vms: readonly Modelled[], base: number): void {
  const all = vms.map(({ machine }) => machine);
  const { tables, pages } = framesOf(core, all);
  checkReferences(core, { tables, pages });
  const mapped = tables.size + pages.size;
  expect(core.framesUsed() - base).toBe(all.length * controlFrames(core) + mapped);
  for (const machine of all) {
    const mine = framesOf(core, [machine]);
    const isAlone = (table: number) => tables.get(table) === 1;
    const owned =
      [...mine.tables.keys()].filter(isAlone).length +
      [...mine.pages].filter(([frame, [table]]) => isAlone(table) && pages.get(frame)?.length === 1)
        .length;
    expect(core.exports.vmFramesOwned(machine.vm)).toBe(owned);
    expect(core.exports.vmFramesShared(machine.vm)).toBe(
      mine.tables.size + mine.pages.size - owned,
    );
  }
}

const newModelled = async (core: Core): Promise<Modelled> => ({
  machine: await Machine.create(MAILBOX, { core, memory: RAM }),
  words: new Map(),
});

describe('frames of forks', () => {
  it.each([1, 2])(
    'are counted as they are, hold what they should, and come back: seed %i',
    async (seed) => {
      const core = await newCore();
      const base = core.framesUsed();
      const random = randomNumbers(seed);
      const vms: Modelled[] = [await newModelled(core)];
      const pick = () => vms[random(vms.length)] as Modelled;
      let value = 1n;
      for (let operation = 0; operation < 400; operation++) {
        const vm = pick();
        const page = FIRST + random(random(2) ? 12 : PAGES - FIRST);
        switch (random(6)) {
          case 0:
            if (vms.length < 8) vms.push({ machine: vm.machine.fork(), words: new Map(vm.words) });
            break;
          case 1:
            if (vms.length > 1 && random(2)) {
              core.exports.vmDestroy(vm.machine.vm);
              vms.splice(vms.indexOf(vm), 1);
            }
            break;
          case 2:
            hostWrites(vm, page, value++);
            break;
          case 3:
            // Only looked at: a page that nobody wrote is given no frame by it.
            expect(vm.machine.ram.readU64(addressOf(page))).toBe(word(vm, page));
            break;
          default:
            guestWrites(vm, page, value++);
        }
        check(core, vms, base);
      }
      for (const vm of vms) {
        for (const page of vm.words.keys()) {
          expect(vm.machine.ram.readU64(addressOf(page))).toBe(word(vm, page));
        }
      }
      while (vms.length > 0) {
        const [gone] = vms.splice(random(vms.length), 1);
        if (gone !== undefined) core.exports.vmDestroy(gone.machine.vm);
        check(core, vms, base);
      }
      expect(core.framesUsed()).toBe(base);
    },
  );

  it('hold what a device writes for one of them', async () => {
    const rig = await running();
    const { core, guest, queue } = rig;
    guest.machine.ram.writeU64(BUFFERS, 5n);
    queue.add([{ address: BUFFERS, length: 8, write: true }]);
    const copy = guest.machine.fork();
    const request = take(rig);
    expect(core.exports.vmFork(rig.vm)).toBe(0);
    expect(new VirtioSlots(core, copy.vm).take(0, 0)).toMatchObject({ writable: 8 });
    rig.slots.write(request, 0, Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0));
    rig.slots.complete(request, 8);
    expect(queue.collect()).toMatchObject([{ written: 8 }]);
    expect(guest.machine.ram.readU64(BUFFERS)).toBe(9n);
    expect(copy.ram.readU64(BUFFERS)).toBe(5n);
    core.exports.vmDestroy(rig.vm);
    expect(copy.ram.readU64(BUFFERS)).toBe(5n);
    core.exports.vmDestroy(copy.vm);
  });
});

describe('a host that has no frame left', () => {
  it('refuses a fork, and nothing is lost', async () => {
    const vm = await newModelled(await newCore());
    const { core } = vm.machine;
    hostWrites(vm, 1000, 7n);
    for (let left = 0; left < controlFrames(core); left++) {
      leaveFrames(core, left);
      const used = core.framesUsed();
      expect(core.exports.vmFork(vm.machine.vm)).toBe(0);
      expect(core.framesUsed()).toBe(used);
    }
    leaveFrames(core, controlFrames(core));
    const copy = vm.machine.fork();
    expect(copy.ram.readU64(addressOf(1000))).toBe(7n);
    leaveFrames(core, 1000);
    guestWrites(vm, 1000, 8n);
  });

  it.each([0, 1])(
    'stops a guest before a page that it must copy, and it goes on when there is one: %i left',
    async (left) => {
      const vm = await newModelled(await newCore());
      const { machine } = vm;
      const { core } = machine;
      hostWrites(vm, 1000, 7n);
      machine.ram.writeU64(COMMAND + 8n, 8n);
      machine.ram.writeU64(COMMAND, addressOf(1000));
      const copy = machine.fork();
      // The page of the mailbox, and the sub-table of it, are the guest's own already.
      machine.ram.writeU64(COMMAND + 24n, 1n);
      leaveFrames(core, left);
      expect(machine.run()).toBe(ExitReason.Memory);
      expect(machine.run()).toBe(ExitReason.Memory);
      expect(machine.ram.readU64(addressOf(1000))).toBe(7n);
      // Another one that goes gives what the guest needs: the page is its alone then.
      core.exports.vmDestroy(copy.vm);
      machine.run(1000n);
      expect(machine.ram.readU64(addressOf(1000))).toBe(8n);
      expect(machine.ram.readU64(COMMAND)).toBe(0n);
    },
  );

  it('leaves a request in its queue, and it is taken when there is help', async () => {
    const rig = await running();
    const { core, guest, queue } = rig;
    guest.machine.ram.writeU64(BUFFERS, 5n);
    guest.machine.ram.writeU64(BUFFERS + 0x1000n, 6n);
    queue.add([{ address: BUFFERS, length: 0x2000, write: true }]);
    const copy = guest.machine.fork();
    const needed = 6;
    for (let left = 0; left < needed; left++) {
      leaveFrames(core, left);
      const taken = rig.slots.take(0, 0);
      if (typeof taken !== 'number') {
        expect(left).toBeGreaterThan(2);
        rig.slots.write(taken, 0, new Uint8Array(0x2000).fill(1));
        rig.slots.complete(taken, 0x2000);
        break;
      }
      expect(guest.machine.ram.readU64(BUFFERS)).toBe(5n);
    }
    expect(queue.collect()).toMatchObject([{ written: 0x2000 }]);
    expect(copy.ram.readU64(BUFFERS)).toBe(5n);
    expect(copy.ram.readU64(BUFFERS + 0x1000n)).toBe(6n);
  });
});

describe('code in frames that two VMs share', () => {
  const SOURCE = `
      li s0, 0
      li s2, 400
1:    call changed
      addi s2, s2, -1
      bnez s2, 1b
      ${OFF}
.balign 4096
changed: addi s0, s0, 1
      ret`;

  it('changes for one of them alone, and is the same again for neither', async () => {
    const machine = await Machine.create(SOURCE);
    machine.run(500n);
    const copy = machine.fork();
    const other = copy.fork();
    // addi s0, s0, 2
    copy.ram.write(machine.at('changed'), Uint8Array.of(0x13, 0x04, 0x24, 0x00));
    const done = Number(machine.x('s0'));
    copy.finish();
    other.finish();
    machine.finish();
    expect([machine.x('s0'), other.x('s0')]).toEqual([400n, 400n]);
    expect(Number(copy.x('s0'))).toBeGreaterThan(400);
    expect(Number(copy.x('s0'))).toBeLessThanOrEqual(800 - done);
  });

  it('is forgotten with the last of them only', async () => {
    const machine = await Machine.create(SOURCE);
    machine.run(500n);
    const copy = machine.fork();
    machine.core.exports.vmDestroy(machine.vm);
    const next = await Machine.create(SOURCE.replaceAll('addi s0, s0, 1', 'addi s0, s0, 3'), {
      core: machine.core,
    });
    expect(next.finish().x('s0')).toBe(1200n);
    expect(copy.finish().x('s0')).toBe(400n);
  });

  it('may be evicted for the code of others', async () => {
    const machine = await Machine.create(SOURCE, { memory: 32 << 20 });
    const { core } = machine;
    machine.run(500n);
    const copy = machine.fork();
    const pages = 2100;
    const hungry = await Machine.create(
      `li s0, ${RAM_BASE + 0x10_0000n}; li s1, ${pages}; li s3, 4096; li s4, 0x8067
1:    sw s4, 0(s0); jalr s0; add s0, s0, s3; addi s1, s1, -1; bnez s1, 1b
      ${OFF}`,
      { core, memory: 32 << 20 },
    );
    hungry.finish();
    expect([machine.finish().x('s0'), copy.finish().x('s0')]).toEqual([400n, 400n]);
    for (const { vm } of [machine, copy, hungry]) core.exports.vmDestroy(vm);
  });
});
