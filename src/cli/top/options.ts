import type { Command } from 'commander';
import { ConfigurationError } from '../../core/errors.js';

/** The options of `hartwood top`, as they were written. */
export interface TopOptions {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly interval: string;
}

const EXAMPLES = `
Examples:
  hartwood top                          on a terminal, until q is typed
  hartwood top --once                   one table, for pipes
  hartwood top --json --interval 10     a line of JSON every ten seconds

Columns: CPU is the share of a processor that a VM had; RES is memory that it has alone, SHARED what it has with
its forks, SAVED what it would take more if nothing were shared; DIRTY/S are pages of 4 KiB that it changed, EXITS/S
returns from its code to Hartwood, both a second. A program shows its VMs here if it calls publishHost.
`;

/** Adds `top` and its options to the command line. */
export function addTopCommand(
  program: Command,
  action: (options: TopOptions) => Promise<void>,
): void {
  program
    .command('top')
    .summary('show what the running VMs use')
    .description('Shows the VMs of all Hartwood processes of this user, those first that run most.')
    .option('--once', 'one table, over one interval; so it is too where no terminal shows it')
    .option('--json', 'a line of JSON for each interval')
    .option('--interval <seconds>', 'between two looks, 0.1 to 3600', '1')
    .helpOption('-h, --help', 'this help')
    .addHelpText('after', EXAMPLES)
    .action(action);
}

const SHORTEST_INTERVAL = 0.1;
const LONGEST_INTERVAL = 3600;

/** Milliseconds. @throws ConfigurationError for what is no interval */
export function intervalOf({ interval }: TopOptions): number {
  const seconds = interval.trim() === '' ? Number.NaN : Number(interval);
  if (seconds >= SHORTEST_INTERVAL && seconds <= LONGEST_INTERVAL) return seconds * 1000;
  throw new ConfigurationError(
    `--interval '${interval}' is not from ${SHORTEST_INTERVAL} to ${LONGEST_INTERVAL} seconds; right would be 2`,
  );
}
