import { describe } from 'vitest';
import { describeFloat, type FloatMachine } from '../../../test/softfloat/float-suite.js';
import { Hart } from '../hart/hart.js';
import { HostMemory } from '../memory/host-memory.js';
import { Vm } from '../vm/vm.js';
import { executeFloat } from './float.js';

function open(): FloatMachine {
  const hart = new Hart(new Vm(new HostMemory(0), 0, 0, 0n, 0), 0, 0n);
  const x = new BigUint64Array(hart.x.buffer);
  const f = new BigUint64Array(hart.f.buffer);
  return {
    x: (n) => x[n],
    f: (n) => f[n],
    fcsr: () => hart.fcsr,
    setX: (n, bits) => {
      x[n] = bits;
    },
    setF: (n, bits) => {
      f[n] = bits;
    },
    setFcsr: (bits) => {
      hart.fcsr = bits;
    },
    execute: (op, word) => executeFloat(hart, op, word),
  };
}

describe('F and D in the baseline', () => describeFloat(open, 2000));
