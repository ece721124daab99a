import type { Vm } from '../../vm/vm.js';
import type { Around } from '../execute.js';
import type { RunOptions } from '../run-options.js';
import { copyIn } from './copy-in.js';
import { copyOut } from './copy-out.js';
import { parseCopyIn, parseCopyOut } from './place.js';

/** What `--copy-in` and `--copy-out` have done around a command. @throws ConfigurationError */
export function copiesAround(options: Pick<RunOptions, 'copyIn' | 'copyOut'>): (vm: Vm) => Around {
  const before = options.copyIn.map(parseCopyIn);
  const after = options.copyOut.map(parseCopyOut);
  return (vm) => ({
    before: async (limits) => {
      for (const copy of before) await copyIn(vm, copy, limits, sayLeftOut);
    },
    after: async (limits) => {
      for (const copy of after) await copyOut(vm, copy, limits);
    },
  });
}

/** Says that a file is not copied; the rest is. */
export function sayLeftOut(path: string): void {
  process.stderr.write(`hartwood: '${path}' is left out: neither file, folder nor link\n`);
}
