import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerHex, registerValue } from '../../src/debug/hex.js';
import { PacketReader, packetOf } from '../../src/debug/packet.js';
import { GdbSession, type Send } from '../../src/debug/session.js';
import type { Vm } from '../../src/vm/vm.js';
import { COUNTING, startProgram, symbol } from './program.js';
import { ADDRESS, FRAMES, GUEST, HGATP, PAGE, twoStages } from './two-stages.js';

const WORK = symbol(COUNTING, 'work');
const COUNTER = symbol(COUNTING, 'counter');
const hex = (value: bigint) => value.toString(16);

let started: { readonly vm: Vm } & AsyncDisposable;
let vm: Vm;
beforeEach(async () => {
  started = await startProgram(COUNTING);
  vm = started.vm;
});
afterEach(() => started[Symbol.asyncDispose]());

/** A session, and the packets that its client was sent. */
async function connected(room: () => ReturnType<Send> = () => undefined) {
  const reader = new PacketReader();
  const packets: string[] = [];
  const session = await GdbSession.open(vm, (bytes) => {
    for (const sent of reader.read(bytes)) if (sent.kind === 'packet') packets.push(sent.text);
    return room();
  });
  return { session, packets, ask: (text: string) => session.receive(packetOf(text)) };
}

/** Resolves when the VM has stopped at the breakpoint that its owner has set. */
const stopAt = (address: bigint) =>
  new Promise<void>((resolve) => {
    const unlisten = vm.debugger.onStop((stop) => {
      if (stop.kind !== 'breakpoint' || stop.address !== address) return;
      unlisten();
      resolve();
    });
  });

describe('what the program that owns the VM has set', () => {
  it('stays when a client leaves that has set the same, and cleared it', async () => {
    const watch = { address: COUNTER, length: 8, access: 'write' } as const;
    await vm.debugger.pause();
    await vm.debugger.setBreakpoint(WORK);
    await vm.debugger.setWatchpoint(watch);
    const { session, packets, ask } = await connected();
    for (const point of [`0,${hex(WORK)},4`, `2,${hex(COUNTER)},8`]) {
      for (const letter of ['Z', 'Z', 'z', 'z', 'Z']) await ask(`${letter}${point}`);
    }
    await ask(`Z0,${hex(WORK + 4n)},4`);
    await ask(`Z1,${hex(WORK + 4n)},4`);
    expect(packets).toEqual(Array.from({ length: 12 }, () => 'OK'));
    await session.close();
    expect(await vm.debugger.setBreakpoint(WORK)).toBe(false);
    expect(await vm.debugger.setWatchpoint(watch)).toBe(false);
    // The client's own is gone.
    expect(await vm.debugger.setBreakpoint(WORK + 4n)).toBe(true);
    const stopped = stopAt(WORK);
    await vm.debugger.resume();
    await stopped;
  });
});

describe('a VM that its owner has paused', () => {
  it('stays so when a client has only looked', async () => {
    await vm.debugger.pause();
    const { session, ask } = await connected();
    await ask('g');
    await session.close();
    expect(vm.debugger.paused).toBe(true);
  });

  it('stays so when that was while it ran for the client', async () => {
    const { session, packets, ask } = await connected();
    await ask('c');
    await vm.debugger.pause();
    expect(packets).toEqual(['T02thread:1;']);
    await session.close();
    expect(vm.debugger.paused).toBe(true);
  });

  it.each(['c', 'D'])('goes on when a client wants it to (%s)', async (packet) => {
    await vm.debugger.pause();
    const { session, ask } = await connected();
    await ask(packet);
    expect(vm.debugger.paused).toBe(false);
    await session.close();
    expect(vm.debugger.paused).toBe(false);
  });

  it('is not taken for one that the client has stopped', async () => {
    const { session, ask } = await connected();
    await ask('c');
    await session.receive(Uint8Array.of(3));
    expect(vm.debugger.paused).toBe(true);
    await session.close();
    expect(vm.debugger.paused).toBe(false);
  });
});

it('serves no packet while there is no room for answers', async () => {
  const takers: (() => void)[] = [];
  const { packets, session } = await connected(
    () => new Promise<void>((resolve) => takers.push(resolve)),
  );
  const two = Buffer.concat([packetOf('qC'), packetOf('qAttached')]);
  const served = session.receive(two);
  await expect.poll(() => packets).toEqual(['QC1']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(packets).toEqual(['QC1']);
  for (const take of takers.splice(0)) take();
  await expect.poll(() => packets).toEqual(['QC1', '1']);
  for (const take of takers.splice(0)) take();
  await served;
});

it('answers with an error what fails as nobody expected', async () => {
  const { packets, ask, session } = await connected();
  vi.spyOn(vm.debugger, 'step').mockRejectedValueOnce(new TypeError('not ∈ ours'));
  await ask('s');
  expect(packets).toEqual(['E.not ? ours']);
  // The client waits for nothing, and the next step is one.
  await ask('s');
  expect(packets[1]).toBe('T05thread:1;');
  await session.close();
});

describe('harts with the hypervisor extension', () => {
  it('have virt and its CSRs, and tell of VS-mode and VU-mode', async () => {
    await using stages = await twoStages();
    const packets: string[] = [];
    const reader = new PacketReader();
    const session = await GdbSession.open(stages.vm, (bytes) => {
      for (const sent of reader.read(bytes)) if (sent.kind === 'packet') packets.push(sent.text);
      return undefined;
    });
    const ask = async (text: string) => {
      await session.receive(packetOf(text));
      return packets.pop() ?? '';
    };
    const pieces = ['0,2000', '2000,2000'].map(
      (range) => `qXfer:features:read:target.xml:${range}`,
    );
    let xml = '';
    for (const piece of pieces) xml += (await ask(piece)).slice(1);
    for (const name of ['virt', 'hgatp', 'vsatp', 'htval', 'mtval2']) {
      expect(xml).toContain(`<reg name="${name}" `);
    }
    // By the numbers that the description gives: virt, hgatp.
    expect(await ask(`p${hex(65n + 0x1001n)}`)).toBe('01');
    expect(await ask(`p${hex(65n + 0x680n)}`)).toBe(registerHex(HGATP));
    expect(Buffer.from(await ask('qThreadExtraInfo,1'), 'hex').toString()).toMatch(/VU-mode$/);
    expect(await ask(`P${hex(65n + 0x1001n)}=00`)).toBe('OK');
    expect(Buffer.from(await ask('qThreadExtraInfo,1'), 'hex').toString()).toMatch(/ U-mode$/);
    await session.close();
  });

  it('read memory through both stages', async () => {
    await using stages = await twoStages();
    stages.vm.ram.writeU64(PAGE - GUEST + FRAMES, 0x1234_5678_9abcn);
    const bytes = await stages.vm.debugger.readMemory(0, ADDRESS & ~0xfffn, 8);
    expect(registerValue(Buffer.from(bytes).toString('hex'))).toBe(0x1234_5678_9abcn);
  });

  it('are alone in having them', async () => {
    const { packets, session, ask } = await connected();
    await ask('qXfer:features:read:target.xml:0,2000');
    expect(packets[0]).toMatch(/^l.*priv"/s);
    expect(packets[0]).not.toMatch(/virt"|hgatp/);
    await session.close();
  });
});
