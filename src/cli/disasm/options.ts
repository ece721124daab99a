import type { Command } from 'commander';
import { CPU_SWITCHES, DEFAULT_CPU } from '../../machine/cpu-model.js';

/** The options of `hartwood disasm`, as they were written. */
export interface DisasmOptions {
  readonly region: string;
  readonly gdb?: string;
  readonly hart?: string;
  readonly cpu?: string;
  readonly eager?: boolean;
  readonly symbols?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  hartwood disasm program.elf --region main         code of a bare program, which is not run
  hartwood disasm program.elf --region 0x80000040 --cpu rv64,zba=off
  hartwood run --gdb 1234                           in one terminal; then in another:
  hartwood disasm --gdb 1234 --region pc            where hart 0 is
  hartwood disasm --gdb 1234 --region schedule+0x1c --symbols vmlinux --hart 2 --json

A region of a file is all code that can be reached from the address within its page; that of a running machine
is what has been executed of it, as the translator has it, or with --eager all. The machine stands meanwhile,
and nothing in it changes. While GDB is connected, 'monitor region ADDRESS' prints the same.
`;

/** Adds `disasm` and its options to the command line. */
export function addDisasmCommand(
  program: Command,
  action: (file: string | undefined, options: DisasmOptions) => Promise<void>,
): void {
  program
    .command('disasm')
    .summary('show the WebAssembly that guest code becomes')
    .description(
      'Lists the instructions of guest code that is translated as one, with the WebAssembly of each.',
    )
    .argument('[file]', 'an RV64 ELF executable')
    .requiredOption(
      '--region <address>',
      'where it is entered: in hexadecimal, a register, or a name',
    )
    .option('--gdb <port>', "instead of a file: where 'hartwood run --gdb' serves a machine")
    .option('--hart <number>', 'with --gdb: whose registers and tables; 0 if it is not given')
    .option('--eager', 'with --gdb: follow code that was never executed, too')
    .option('--symbols <file>', 'with --gdb: an ELF file, a System.map or a kallsyms with names')
    .option(
      '--cpu <model>',
      `with a file: CPU model, then NAME=on|off for any of: ${CPU_SWITCHES.join(' ')}; ${DEFAULT_CPU} if it is not given`,
    )
    .option('--json', 'as one line of JSON on stdout, an error as one of stderr')
    .helpOption('-h, --help', 'this help')
    .addHelpText('after', EXAMPLES)
    .action(action);
}
