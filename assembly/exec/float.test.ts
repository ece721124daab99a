import { describe } from 'vitest';
import { compileAssembly } from '../../test/compile-assembly.js';
import { describeFloat, type FloatMachine } from '../../test/softfloat/float-suite.js';

/** Anywhere in the module's memory. */
const HART = 4096;

async function open(): Promise<FloatMachine> {
  const module = await compileAssembly('assembly/exec/float-entry.ts');
  const core = (await WebAssembly.instantiate(module)).exports as {
    memory: WebAssembly.Memory;
    floatOffset: () => number;
    fcsr: (hart: number) => number;
    setFcsr: (hart: number, value: number) => void;
    executeFloat: (hart: number, op: number, word: number) => number;
  };
  if (core.memory.buffer.byteLength === 0) core.memory.grow(1);
  const view = new DataView(core.memory.buffer);
  const floats = HART + core.floatOffset();
  return {
    x: (n) => view.getBigUint64(HART + 8 * n, true),
    f: (n) => view.getBigUint64(floats + 8 * n, true),
    fcsr: () => core.fcsr(HART),
    setX: (n, bits) => view.setBigUint64(HART + 8 * n, bits, true),
    setF: (n, bits) => view.setBigUint64(floats + 8 * n, bits, true),
    setFcsr: (bits) => core.setFcsr(HART, bits),
    execute: (op, word) => core.executeFloat(HART, op, word) !== 0,
  };
}

describe('F and D in the core', () => describeFloat(open, 500));
