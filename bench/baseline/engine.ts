import type { Engine } from '../../src/core/engine.js';
import { debugAbi } from './abi/debug-abi.js';
import { forkAbi } from './abi/fork-abi.js';
import { hartAbi } from './abi/hart-abi.js';
import { hostAbi } from './abi/host-abi.js';
import { ramAbi } from './abi/ram-abi.js';
import { virtioAbi } from './abi/virtio-abi.js';
import { vmAbi } from './abi/vm-abi.js';
import { BaselineHost } from './host.js';
import { warmUp } from './warm-up.js';

const NOTHING = new ArrayBuffer(0);

/** The machine in plain TypeScript. */
export const tsEngine: Engine = {
  name: 'ts',
  debugs: false,
  forks: false,
  lacks: ['H'],
  instantiate() {
    warmUp();
    const host = new BaselineHost();
    return {
      memory: {
        get buffer() {
          return host.memory?.buffer ?? NOTHING;
        },
      },
      exports: {
        ...hostAbi(host),
        ...vmAbi(host),
        ...ramAbi(host),
        ...hartAbi(host),
        ...virtioAbi(host),
        ...debugAbi(host),
        ...forkAbi(),
      },
    };
  },
};
