import type { Engine } from '../../src/core/engine.js';

/** The machine in plain TypeScript. */
export const tsEngine: Engine = {
  name: 'ts',
  debugs: false,
  instantiate: () => {
    throw new Error('the baseline is still being written');
  },
};
