import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import type { DebugStop } from '../../src/vm/hold.js';
import type { Vm } from '../../src/vm/vm.js';
import { ADDRESS, FRAMES, GUEST, PAGE, type TwoStages, twoStages } from './two-stages.js';

const CODE = ADDRESS & ~0xfffn;
const WORD = CODE + 0x800n;
const GUESTS = assemble(
  `
  nop
store: sd a0, 0(a1)
load: ld a2, 0(a1)
end: j .`,
  { origin: CODE },
);
/** What is at the hypervisor's own addresses, one to one. */
const HYPERVISOR = 0x8000_0100n;
const HYPERVISORS = assemble('hlv.d a2, (a1)\n hsv.d a0, (a1)\n j .', { origin: HYPERVISOR });

const at = (label: string) => GUESTS.symbols.get(label) ?? 0n;

let stages: TwoStages;
let vm: Vm;
beforeAll(async () => {
  stages = await twoStages();
  vm = stages.vm;
  vm.ram.write(PAGE - GUEST + FRAMES, GUESTS.bytes);
  vm.ram.write(HYPERVISOR, HYPERVISORS.bytes);
});
afterAll(() => stages[Symbol.asyncDispose]());

/** Lets the VM go on from there, to its next stop. */
async function goOn(registers: Readonly<Record<string, bigint>> = {}): Promise<DebugStop> {
  await stages.set(registers);
  const stopped = new Promise<DebugStop>((resolve) => {
    const end = vm.debugger.onStop((stop) => {
      end();
      resolve(stop);
    });
  });
  await vm.debugger.resume();
  return stopped;
}

describe('in a guest of the guest', () => {
  it('breakpoints and watchpoints stop before what they name by its virtual addresses', async () => {
    const { debugger: inspector } = vm;
    await inspector.setBreakpoint(at('load'));
    await inspector.setBreakpoint(at('end'));
    await inspector.setWatchpoint({ address: WORD, length: 8, access: 'both' });
    expect(await goOn({ pc: CODE, a0: 77n, a1: WORD })).toEqual({
      kind: 'watchpoint',
      hart: 0,
      address: WORD,
      access: 'write',
    });
    expect(await inspector.readRegister(0, 'pc')).toBe(at('store'));
    expect(await inspector.readMemory(0, WORD, 8)).toEqual(new Uint8Array(8));
    expect(await goOn()).toEqual({ kind: 'breakpoint', hart: 0, address: at('load') });
    expect((await inspector.readMemory(0, WORD, 8))[0]).toBe(77);
    expect(await goOn()).toMatchObject({ kind: 'watchpoint', access: 'read' });
    expect(await goOn()).toMatchObject({ kind: 'breakpoint', address: at('end') });
    expect(await inspector.readRegister(0, 'a2')).toBe(77n);
    expect(await inspector.readRegister(0, 'virt')).toBe(1n);
    await inspector.clearAll();
  });

  it('watchpoints see what its hypervisor does there by HLV and HSV', async () => {
    const { debugger: inspector } = vm;
    await inspector.setWatchpoint({ address: WORD, length: 8, access: 'both' });
    await stages.set({
      virt: 0n,
      priv: 1n,
      hstatus: 0n,
      pc: HYPERVISOR,
      a0: 78n,
      a1: WORD,
      a2: 0n,
    });
    expect(await goOn()).toMatchObject({ kind: 'watchpoint', address: WORD, access: 'read' });
    expect(await goOn()).toMatchObject({ kind: 'watchpoint', address: WORD, access: 'write' });
    expect(await inspector.readRegister(0, 'a2')).toBe(77n);
    await inspector.clearAll();
    await inspector.setBreakpoint(HYPERVISOR + 8n);
    expect(await goOn()).toMatchObject({ kind: 'breakpoint', address: HYPERVISOR + 8n });
    expect(vm.ram.readU64(PAGE - GUEST + FRAMES + 0x800n)).toBe(78n);
    await inspector.clearAll();
  });
});
