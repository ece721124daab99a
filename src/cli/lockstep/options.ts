import { type Command, Option } from 'commander';
import { ConfigurationError } from '../../core/errors.js';
import { DEFAULT_EVERY, DEFAULT_STEPS } from '../../lockstep/options.js';
import { CPU_SWITCHES, DEFAULT_CPU } from '../../machine/cpu-model.js';
import { ENGINES } from '../../node/platform.js';
import { DEFAULT_MEMORY } from '../../vm/spec.js';

/** The options of `hartwood lockstep`, as they were written. */
export interface LockstepCommandOptions {
  readonly engines: string;
  readonly every: string;
  readonly steps: string;
  readonly memory: string;
  readonly cpus: string;
  readonly cpu: string;
  readonly seed: string;
  readonly drive: readonly string[];
  readonly firmware?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly bare?: string;
  readonly translateAll?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  hartwood lockstep --engines wasm,ts               Debian's first 200 million steps
  hartwood lockstep --engines wasm,ts --steps 2000000000 --every 10000000
  hartwood lockstep --engines wasm,ts --bare program.elf --every 1000 --json
  hartwood lockstep --engines wasm,wasm --cpus 4    whether an engine repeats

Time is virtual, nothing is typed, and drives are only read: what the guest writes is kept in memory. Of
two engines that differ, the guest is run again from its start until the step is found that did it.

The exit status is 0 if the engines agree, and 1 if they differ, the fast path of one of them took no step,
or with --translate-all none was in translated code.
`;

/** Adds `lockstep` and its options to the command line. */
export function addLockstepCommand(
  program: Command,
  action: (options: LockstepCommandOptions) => Promise<void>,
): void {
  program
    .command('lockstep')
    .summary('compare two engines, step for step')
    .description('Runs one guest on two engines, and finds the first step at which they differ.')
    .optionsGroup('What is compared:')
    .requiredOption('--engines <name,name>', `two of: ${ENGINES.join(', ')}`)
    .option('--every <number>', 'steps between comparisons', String(DEFAULT_EVERY))
    .option('--steps <number>', 'steps to compare', String(DEFAULT_STEPS))
    .option(
      '--translate-all',
      'wasm translates all code when it is first jumped to, not only what is hot',
    )
    .optionsGroup('Machine:')
    .option('--memory <size>', 'RAM of the machine, as in 256M or 2G', DEFAULT_MEMORY)
    .option('--cpus <number>', 'harts of the machine, 1 to 8', '1')
    .option(
      '--cpu <model>',
      `CPU model, then NAME=on|off for any of: ${CPU_SWITCHES.join(' ')}`,
      DEFAULT_CPU,
    )
    .addOption(
      new Option('--drive <file>', 'a disk, as run has it; may be given again')
        .default([], 'none')
        .argParser((value: string, before: readonly string[]) => [...before, value]),
    )
    .option('--seed <number>', 'where randomness begins', '0')
    .optionsGroup('What it boots:')
    .option('--firmware <file>', 'M-mode firmware to start with, as OpenSBI or U-Boot')
    .option('--kernel <file>', "a riscv64 Linux Image to boot; below --firmware also 'debian'")
    .option('--initrd <file>', 'its initial RAM disk')
    .option('--append <string>', "the kernel's command line; added to the default guest's own")
    .option('--bare <file>', 'an RV64 ELF executable to start in M-mode')
    .optionsGroup('Other:')
    .option('--json', 'the result as one line of JSON on stdout, an error as one of stderr')
    .helpOption('-h, --help', 'this help')
    .addHelpText('after', EXAMPLES)
    .action(action);
}

/** A number of steps. @throws ConfigurationError */
export function stepCount(name: 'every' | 'steps', text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigurationError(`--${name} '${text}' is no whole number of steps above 0`);
}
