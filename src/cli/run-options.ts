import type { Command } from 'commander';
import { ConfigurationError } from '../core/errors.js';
import { checkCpus, MOST_CPUS } from '../vm/spec.js';
import { OptionVariable } from './environment.js';
import {
  addBootOptions,
  addDebugOptions,
  addEngineOptions,
  addShapeOptions,
  addTaskOptions,
  storeOption,
} from './machine-options.js';
import { withVariables } from './set-variables.js';

/** The options of `hartwood run`, as they were written. */
export interface RunOptions {
  /** The name of a guest that was built. */
  readonly guest?: string;
  readonly temporary?: boolean;
  /** Whether to boot the guest that is a hypervisor itself. */
  readonly nested?: boolean;
  readonly memory: string;
  readonly cpus: string;
  readonly cpu: string;
  readonly engine: string;
  /** Whether hot code is translated, where the engine can. */
  readonly translate: boolean;
  readonly firmware?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly bare?: string;
  readonly drive: readonly string[];
  readonly exec?: string;
  readonly copyIn: readonly string[];
  readonly copyOut: readonly string[];
  /** Whether standard input is typed on the console. */
  readonly input: boolean;
  readonly clock: 'real' | 'virtual';
  readonly seed?: string;
  readonly timeout?: string;
  readonly json?: boolean;
  readonly signature?: string;
  /** A file, or true. */
  readonly profile?: string | true;
  readonly symbols?: string;
  readonly gdb?: string;
  readonly gdbWait?: boolean;
  /** A snapshot to go on from, and the store that it is in. */
  readonly from?: string;
  readonly store?: string;
  /** Whether the default guest is to boot, even if a snapshot of it is kept. */
  readonly cold?: boolean;
  /** The names of those that stand on the command line. */
  readonly written?: readonly string[];
}

const EXAMPLES = `
Examples:
  hartwood run                                      Debian's kernel and a shell; Ctrl-A X leaves
  hartwood run web                                  a guest that 'hartwood guest build web' made
  hartwood run --nested                             and in it 'l2' boots another, by KVM
  hartwood run --exec 'uname -a'                    boot, run a command, leave with its status
  hartwood run --memory 1G --cpus 4 --cpu rv64,sv57=off
  hartwood run --kernel Image --initrd initrd.cpio --append 'console=ttyS0 quiet'
  hartwood run --firmware fw_jump.bin --kernel debian
  hartwood run --drive disk.qcow2 --drive data.img,readonly
  hartwood run --copy-in src:/root --exec 'ls /root/src > list' --copy-out list:.
  hartwood run --from tools --exec 'make -C /src'   go on where 'hartwood snapshot create tools' left off
  hartwood run --bare rv64ui-p-add --signature add.signature
  hartwood run --exec 'md5sum /bin/*' --profile     and where its time went
  hartwood run --gdb 1234 --gdb-wait                then: gdb-multiarch -ex 'target remote :1234'
  hartwood run --exec 'cat /proc/uptime' --clock virtual --seed 7 --json

Standard input is typed on the console. Its end is typed as Ctrl-D behind a prompt of the shell of Debian
or of a built guest, which ends the shell and switches the machine off. On a terminal, Ctrl-A H lists keys.

Debian is kept behind its first boot, and later starts go on from there; --cold boots it.

The exit status is that of the command with --exec and of the program with --bare; 'hartwood help
exit-statuses' lists the others.
`;

/** Adds `run` and its options to the command line. */
export function addRunCommand(program: Command, action: (options: RunOptions) => Promise<void>) {
  const command = program
    .command('run')
    .summary('boot a virtual machine and connect its console')
    .description(
      'Boots a virtual machine: Debian by default, or any riscv64 kernel, or a bare program.',
    )
    .argument('[guest]', "a guest that 'hartwood guest build' made");
  addShapeOptions(command);
  addEngineOptions(command);
  addBootOptions(command)
    .option('--cold', 'boot Debian anew, instead of going on behind its last boot')
    .option('--from <snapshot>', 'go on from a snapshot: its id, the beginning of it, or its name')
    .addOption(storeOption());
  addTaskOptions(command).option(
    '--signature <file>',
    'write what stands from begin_signature to end_signature',
  );
  addDebugOptions(command)
    .optionsGroup('Other:')
    .helpOption('-h, --help', 'this help')
    .addHelpText('after', EXAMPLES)
    .action((guest: string | undefined, options: RunOptions, command: Command) =>
      withVariables(command, () =>
        action({
          ...options,
          ...(guest === undefined ? {} : { guest }),
          written: writtenOf(command),
        }),
      ),
    );
}

/** The names of the options that stand on the command line, instead of in the environment. */
export function writtenOf(command: Command): string[] {
  return command.options
    .map((option) => option.attributeName())
    .filter((name) => command.getOptionValueSource(name) === 'cli');
}

/** What of `RunOptions` is no text, checked. */
export interface RunNumbers {
  readonly cpus: number;
  readonly seed?: bigint;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly gdb?: number;
}

/** @throws ConfigurationError for numbers that are none and options that exclude each other. */
export function checkOptions(options: RunOptions): RunNumbers {
  const { bare, firmware, guest, kernel } = options;
  for (const name of ['bare', 'firmware', 'kernel', 'initrd'] as const) {
    if (guest !== undefined && options[name] !== undefined) {
      throw new ConfigurationError(`--${name} and the built guest '${guest}' exclude each other`);
    }
  }
  if (options.temporary && guest === undefined && !options.nested) {
    throw new ConfigurationError('--temporary needs the name of a built guest beside it');
  }
  for (const name of ['firmware', 'kernel', 'initrd', 'append', 'exec'] as const) {
    if (bare !== undefined && options[name] !== undefined) {
      throw new ConfigurationError(`--bare and --${name} exclude each other`);
    }
  }
  if (options.exec?.trim() === '') throw new ConfigurationError('--exec needs a command');
  for (const [name, copies] of [
    ['copy-in', options.copyIn],
    ['copy-out', options.copyOut],
  ] as const) {
    if (copies.length > 0 && options.exec === undefined) {
      throw new ConfigurationError(`--${name} needs --exec beside it`);
    }
  }
  if (options.initrd !== undefined && kernel === undefined && firmware === undefined) {
    throw new ConfigurationError('--initrd needs --kernel or --firmware beside it');
  }
  if (options.initrd !== undefined && firmware !== undefined && kernel === 'debian') {
    throw new ConfigurationError(
      '--kernel debian has an initrd of its own; --initrd needs another',
    );
  }
  if (options.signature !== undefined && bare === undefined) {
    throw new ConfigurationError('--signature needs --bare beside it');
  }
  if (!/^\d+$/.test(options.cpus)) {
    const right = `1 to ${MOST_CPUS}`;
    throw new ConfigurationError(`--cpus '${options.cpus}' is no number; right would be ${right}`);
  }
  checkCpus(Number(options.cpus), MOST_CPUS);
  const { seed, timeout } = options;
  if (seed !== undefined && !/^-?\d+$/.test(seed)) {
    throw new ConfigurationError(`--seed '${seed}' is no whole number`);
  }
  if (timeout !== undefined && !(/^\d+(\.\d+)?$/.test(timeout) && Number(timeout) > 0)) {
    throw new ConfigurationError(`--timeout '${timeout}' is no number of seconds above 0`);
  }
  const { gdb } = options;
  if (gdb !== undefined && !(/^\d{1,5}$/.test(gdb) && Number(gdb) < 65536)) {
    throw new ConfigurationError(`--gdb '${gdb}' is no port; right would be 0 to 65535`);
  }
  if (options.profile === '') throw new ConfigurationError('--profile= needs a file');
  if (options.symbols !== undefined && options.profile === undefined) {
    throw new ConfigurationError('--symbols needs --profile beside it');
  }
  if (options.gdbWait && gdb === undefined) {
    throw new ConfigurationError('--gdb-wait needs --gdb beside it');
  }
  return {
    cpus: Number(options.cpus),
    ...(seed === undefined ? {} : { seed: BigInt(seed) }),
    ...(timeout === undefined ? {} : { timeout: Number(timeout) * 1000 }),
    ...(gdb === undefined ? {} : { gdb: Number(gdb) }),
  };
}

/**
 * Whether hot code is to be translated, by the option or its variable: commander takes any value of a variable for a
 * `--no-` that was written.
 *
 * @throws ConfigurationError for a value that the variable does not have
 */
export function isTranslated(options: RunOptions): boolean {
  const wanted = process.env[OptionVariable.translate];
  if (wanted !== undefined && !['', 'on', 'off'].includes(wanted)) {
    throw new ConfigurationError(
      `${OptionVariable.translate} '${wanted}' is neither 'on' nor 'off'`,
    );
  }
  return options.translate && wanted !== 'off';
}
