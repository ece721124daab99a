import { type Command, Option } from 'commander';
import { CPU_SWITCHES, DEFAULT_CPU } from '../machine/cpu-model.js';
import { ENGINES } from '../node/platform.js';
import { DEFAULT_ENGINE } from '../vm/engines.js';
import { DEFAULT_MEMORY } from '../vm/spec.js';
import { OptionVariable } from './environment.js';
import { NESTED_MEMORY } from './guest-boot.js';

/* The options of `hartwood run` in groups: other commands that make a machine have some of them. */

/** What the machine is like that a guest boots on. */
export function addShapeOptions(command: Command): Command {
  return command
    .optionsGroup('Machine:')
    .addOption(
      new Option('--memory <size>', 'RAM of the machine, as in 256M or 2G')
        .default(DEFAULT_MEMORY)
        .env(OptionVariable.memory),
    )
    .addOption(
      new Option('--cpus <number>', 'harts of the machine, 1 to 8')
        .default('1')
        .env(OptionVariable.cpus),
    )
    .addOption(
      new Option(
        '--cpu <model>',
        `CPU model, then NAME=on|off for any of: ${CPU_SWITCHES.join(' ')}`,
      )
        .default(DEFAULT_CPU)
        .env(OptionVariable.cpu),
    )
    .addOption(
      new Option('--clock <kind>', 'virtual: time counts steps, and everything repeats exactly')
        .choices(['real', 'virtual'])
        .default('real'),
    )
    .option('--seed <number>', "where a virtual clock's randomness begins");
}

/** What runs a machine, and its disks. */
export function addEngineOptions(command: Command): Command {
  return command
    .optionsGroup('Machine:')
    .addOption(
      new Option('--engine <name>', 'what runs the machine')
        .choices(ENGINES)
        .default(DEFAULT_ENGINE)
        .env(OptionVariable.engine),
    )
    .option(
      '--no-translate',
      `interpret hot code, too, instead of translating it to WebAssembly (env: ${OptionVariable.translate}=off)`,
    )
    .addOption(
      new Option(
        '--drive <file>',
        'a disk: FILE[,readonly][,format=raw|qcow2][,overlay]; may be given again',
      )
        .default([], 'none')
        .argParser(gather),
    );
}

/** What is booted. */
export function addBootOptions(command: Command): Command {
  return command
    .optionsGroup('What it boots:')
    .addOption(
      new Option(
        '--nested',
        'a machine that runs machines: with the hypervisor extension, KVM and QEMU, and 1G of memory',
      ).implies({ memory: NESTED_MEMORY }),
    )
    .option('--temporary', "forget what changes on the built guest's disk")
    .option('--firmware <file>', 'M-mode firmware to start with, as OpenSBI or U-Boot')
    .option('--kernel <file>', "a riscv64 Linux Image to boot; below --firmware also 'debian'")
    .option('--initrd <file>', 'its initial RAM disk')
    .option('--append <string>', "the kernel's command line; added to the default guest's own")
    .option('--bare <file>', 'an RV64 ELF executable to start in M-mode');
}

/** What is done with a machine. */
export function addTaskOptions(command: Command): Command {
  return command
    .optionsGroup('What it does:')
    .option('--exec <command>', 'run a command in the guest, print its output, end')
    .addOption(
      new Option(
        '--copy-in <file:path>',
        'copy a file or folder into the guest before --exec; may be given again',
      )
        .default([], 'none')
        .argParser(gather),
    )
    .addOption(
      new Option(
        '--copy-out <path:file>',
        "copy what is at the guest's path out of it after --exec; may be given again",
      )
        .default([], 'none')
        .argParser(gather),
    )
    .addOption(
      new Option('--timeout <seconds>', 'end after so long, counted by the clock').env(
        OptionVariable.timeout,
      ),
    )
    .option('--no-input', 'type nothing: standard input is left alone, and its end ends nothing')
    .option(
      '--json',
      'a summary as the last line of stdout, an error as one of stderr; guest output goes to stderr',
    );
}

/** How one looks inside. */
export function addDebugOptions(command: Command): Command {
  return command
    .optionsGroup('Debugging:')
    .option('--gdb <port>', 'serve GDB on this port of 127.0.0.1; 0 picks one and says which')
    .option('--gdb-wait', 'with --gdb: wait for GDB before the first instruction')
    .option(
      '--profile [file]',
      'say at the end where time went: to standard error, or as --profile=FILE to a file',
    )
    .option('--symbols <file>', "with --profile: an ELF file or System.map with the guest's names");
}

/** The store of a snapshot. */
export const storeOption = () =>
  new Option(
    '--store <path>',
    "the store: a folder, or one file if its name ends in '.hwsnap' (env: HARTWOOD_SNAPSHOTS)",
  );

/** An option that may be given again. */
export function gather(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
