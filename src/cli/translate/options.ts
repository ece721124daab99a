import { type Command, Option } from 'commander';
import { ACCESSES, MODES } from '../../debug/translate-words.js';

/** The options of `hartwood translate`, as they were written. */
export interface TranslateOptions {
  readonly gdb: string;
  readonly hart: string;
  readonly access: string;
  readonly regime?: string;
  readonly symbols?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  hartwood run --gdb 1234                           in one terminal; then in another:
  hartwood translate --gdb 1234 0xffffffff80000000  in the mode that hart 0 is in
  hartwood translate --gdb 1234 pc --access fetch   a register: pc, x0 to x31 by their names, CSRs
  hartwood translate --gdb 1234 stval --regime VS   in the mode of a guest of the guest
  hartwood translate --gdb 1234 linux_banner        a name of a bare program, or of the running Linux
  hartwood translate --gdb 1234 schedule+0x1c --symbols vmlinux --hart 2 --json

The machine stands while its tables are read, and is left as it was: running, or paused. Nothing in it
changes. While GDB is connected, 'monitor translate ADDRESS' prints the same.
`;

/** Adds `translate` and its options to the command line. */
export function addTranslateCommand(
  program: Command,
  action: (address: string, options: TranslateOptions) => Promise<void>,
): void {
  program
    .command('translate')
    .summary('walk the page tables of a running machine')
    .description(
      'Shows how a machine translates an address: each page-table entry that is read, of both stages.',
    )
    .argument('<address>', 'a virtual address in hexadecimal, a register, or a name')
    .requiredOption('--gdb <port>', "where 'hartwood run --gdb' serves it: PORT or HOST:PORT")
    .option('--hart <number>', 'whose tables', '0')
    .addOption(
      new Option('--access <kind>', 'what is to be done there').choices(ACCESSES).default('read'),
    )
    .addOption(
      new Option(
        '--regime <mode>',
        'in which mode; without it that of the hart, for loads and stores as MPRV has it',
      ).choices([...MODES]),
    )
    .option('--symbols <file>', 'an ELF file, a System.map or a kallsyms with names of addresses')
    .option('--json', 'as one line of JSON on stdout, an error as one of stderr')
    .helpOption('-h, --help', 'this help')
    .addHelpText('after', EXAMPLES)
    .action(action);
}
