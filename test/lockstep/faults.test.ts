import { describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { CSR_NUMBERS } from '../../isa/csrs.js';
import { X_NUMBERS } from '../../isa/notation.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { lockstepOn } from '../../src/lockstep/lockstep.js';
import type { LockstepResult } from '../../src/lockstep/result.js';
import { type Fault, withFaultyEngine } from './faulty-engine.js';
import { COUNTING, program, SUM } from './program.js';

const { symbols } = assemble(COUNTING, { origin: RAM_BASE });
const PROLOGUE = Number((symbols.get('round') ?? 0n) - RAM_BASE) / 4;
const [ROUND, PRINTING] = [7, 3];
/** The step that executes instruction `n` of round `round`, both from 0 on. */
const stepOf = (round: number, n: number) =>
  PROLOGUE + round * ROUND + Math.floor(round / 256) * PRINTING + n + 1;

const compare = (step: number, fault: Fault, every = 20_000): Promise<LockstepResult> =>
  lockstepOn(withFaultyEngine(BigInt(step), fault), {
    engines: ['wasm', 'faulty'],
    vm: program(COUNTING),
    every,
    steps: 100_000,
  });

const change = (name: string, value: bigint): Fault => {
  const number = X_NUMBERS.get(name) ?? 0;
  return ({ exports }, vm) => exports.hartSetRegister(vm, 0, number, value);
};

describe('a fault is found at its step', () => {
  it('in a register', async () => {
    const step = stepOf(100, 2);
    const { verdict, difference } = await compare(step, change('t0', 0x1234n));
    expect(verdict).toBe('different');
    expect(difference).toMatchObject({
      step,
      agreed: step - 1,
      culprit: {
        hart: 0,
        privilege: 3,
        instruction: { text: 'add t0,t0,a0' },
        did: ['instruction', 'instruction'],
        before: { a0: 101n, t0: 5050n },
      },
      values: [{ hart: 0, name: 't0', before: 5050n, values: [5151n, 0x1234n] }],
      memory: null,
      consoles: [],
    });
  });

  it('in memory', async () => {
    const step = stepOf(77, 3);
    const fault: Fault = ({ exports, memory }, vm) => {
      const frame = exports.vmFrame(vm, 8, 1) >>> 0;
      const bytes = new Uint8Array(memory.buffer, frame * 4096, 4096);
      bytes[6] = 0xab;
    };
    const { difference } = await compare(step, fault);
    expect(difference).toMatchObject({
      step,
      culprit: { instruction: { text: 'sd t0,0(s0)' } },
      values: [],
      memory: { pages: 1, bytes: 1, first: [{ address: SUM + 6n, values: [0, 0xab] }] },
    });
  });

  it('in a CSR, and a fault of the first step', async () => {
    const mepc = CSR_NUMBERS.get('mepc') ?? 0;
    const fault: Fault = ({ exports }, vm) => exports.hartSetCsr(vm, 0, mepc, 0x42n);
    const { difference } = await compare(1, fault);
    expect(difference).toMatchObject({
      step: 1,
      agreed: 0,
      culprit: { pc: RAM_BASE },
      values: [{ name: 'mepc', before: 0n, values: [0n, 0x42n] }],
    });
  });

  it('that leads elsewhere before it is compared', async () => {
    const step = stepOf(1000, 5);
    const { difference } = await compare(step, change('t1', 0n), 50_000);
    expect(difference).toMatchObject({
      step,
      culprit: { instruction: { text: 'andi t1,a0,255' } },
      values: [{ name: 't1', values: [1001n & 255n, 0n] }],
    });
  });

  it('on the last of several harts', async () => {
    const fault: Fault = ({ exports }, vm) => exports.hartSetRegister(vm, 3, 10, 0xbadn);
    const { difference } = await lockstepOn(withFaultyEngine(18_000n, fault), {
      engines: ['faulty', 'wasm'],
      vm: { ...program(COUNTING), cpus: 4 },
      every: 100_000,
      steps: 100_000,
    });
    expect(difference).toMatchObject({
      step: 18_000,
      culprit: { hart: 3 },
      values: [{ hart: 3, name: 'a0', values: [0xbadn, expect.any(BigInt)] }],
    });
  });
});

it('what a console has printed is compared', async () => {
  // What the UART was to send is lost; no register tells.
  const fault: Fault = ({ exports }, vm) => {
    exports.uartTake(vm);
  };
  const letter = stepOf(255, 8);
  const { difference } = await compare(letter, fault, 3000);
  expect(difference?.consoles).toEqual([{ console: 'serial', offset: 0, values: ['A', ''] }]);
  expect(difference?.step).toBe(letter);
  expect(difference?.culprit?.instruction?.text).toBe('sb t1,0(s1)');
});

it('machines that differ from the start are told so', async () => {
  const platform = withFaultyEngine(0n, () => {});
  const engine = await platform.engine('faulty');
  const other = {
    ...engine,
    instantiate: () => {
      const { memory, exports } = engine.instantiate();
      const hartCsr = (vm: number, hart: number, csr: number) =>
        csr === CSR_NUMBERS.get('misa') ? 1n : exports.hartCsr(vm, hart, csr);
      return { memory, exports: Object.create(exports, { hartCsr: { value: hartCsr } }) };
    },
  };
  const { difference } = await lockstepOn(
    { ...platform, engine: async (name) => (name === 'other' ? other : platform.engine(name)) },
    { engines: ['wasm', 'other'], vm: program(COUNTING) },
  );
  expect(difference).toMatchObject({ step: 0, agreed: -1, culprit: null });
  expect(difference?.values.map(({ name }) => name)).toEqual(['misa']);
});
