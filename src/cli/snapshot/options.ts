import { type Command, Option } from 'commander';
import { DEFAULT_CPU } from '../../machine/cpu-model.js';
import { DEFAULT_MEMORY } from '../../vm/spec.js';
import {
  addBootOptions,
  addDebugOptions,
  addEngineOptions,
  addShapeOptions,
  addTaskOptions,
  gather,
  storeOption,
} from '../machine-options.js';
import { type RunOptions, writtenOf } from '../run-options.js';
import { withVariables } from '../set-variables.js';

export interface StoreOptions {
  readonly store?: string;
  readonly json?: boolean;
}

/** The options of `hartwood snapshot create`, as they were written. */
export interface CreateOptions extends RunOptions {
  readonly after?: string;
}

export interface ListOptions extends StoreOptions {
  readonly names?: boolean;
}

export interface ShowOptions extends StoreOptions {
  readonly state?: boolean;
}

export interface PruneOptions extends StoreOptions {
  readonly keep?: string;
  readonly within?: string;
}

/** What `hartwood snapshot` can do. */
export interface SnapshotActions {
  readonly create: (name: string, options: CreateOptions) => Promise<void>;
  readonly list: (options: ListOptions) => Promise<void>;
  readonly show: (id: string, options: ShowOptions) => Promise<void>;
  readonly restore: (options: RunOptions) => Promise<void>;
  readonly remove: (ids: readonly string[], options: StoreOptions) => Promise<void>;
  readonly prune: (options: PruneOptions) => Promise<void>;
  readonly verify: (id: string | undefined, options: StoreOptions) => Promise<void>;
  readonly exportTo: (id: string, file: string, options: StoreOptions) => Promise<void>;
  readonly importFrom: (file: string, options: StoreOptions) => Promise<void>;
}

const EXAMPLES = `
Examples:
  hartwood snapshot create tools --copy-in tools.tar:/ --exec 'tar -C / -xf /tools.tar'
  hartwood run --from tools --exec 'make -C /src'   0.4 seconds later; any number of them at once
  hartwood snapshot create web-warm web             of the built guest 'web', with its disk
  hartwood snapshot list
  hartwood snapshot prune --keep 5 --within 7       the 5 latest, and those of the last 7 days
  hartwood snapshot export tools tools.hwsnap       to another machine: hartwood run --store …

<snapshot> is an id, the beginning of one, or a name: then the latest of that name. Snapshots are kept
in the user's cache folder, or where --store or HARTWOOD_SNAPSHOTS says.
`;

/** What a restored machine is not asked. */
const MACHINE = { memory: DEFAULT_MEMORY, cpus: '1', cpu: DEFAULT_CPU, clock: 'real' } as const;

const ID = 'its id, the beginning of it, or its name';

/** Adds `snapshot` and what it can do to the command line; `actions` are loaded when one is wanted. */
export function addSnapshotCommand(
  program: Command,
  actions: () => Promise<SnapshotActions>,
): void {
  const snapshot = program
    .command('snapshot')
    .summary('keep running machines, and let them go on')
    .description('Takes snapshots of machines, lists, restores, checks, copies and deletes them.')
    .addHelpText('after', EXAMPLES);
  addCreate(snapshot, actions);
  snapshot
    .command('list')
    .summary('name all snapshots')
    .description('Names all snapshots of a store, oldest first, and what the store takes.')
    .addOption(storeOption())
    .addOption(new Option('--json', 'as one JSON array').conflicts('names'))
    .option('--names', 'names only, one a line')
    .action(async (options) => (await actions()).list(options));
  snapshot
    .command('show')
    .argument('<snapshot>', ID)
    .summary('tell what is in a snapshot')
    .description('Tells which machine a snapshot is of, what came before it, and how large it is.')
    .addOption(storeOption())
    .option('--state', "with all fields of the machine's state")
    .option('--json', 'as one JSON object')
    .action(async (id, options) => (await actions()).show(id, options));
  addRestore(snapshot, actions);
  snapshot
    .command('delete')
    .argument('<snapshot...>', ID)
    .summary('delete snapshots')
    .description('Deletes snapshots, and the pages that no other one has.')
    .addOption(storeOption())
    .action(async (ids, options) => (await actions()).remove(ids, options));
  snapshot
    .command('prune')
    .summary('delete old snapshots')
    .description(
      'Deletes all snapshots but those that --keep or --within keeps, and pages that none has any more.' +
        " The default guest's, which replace each other, are left alone.",
    )
    .addOption(storeOption())
    .option('--keep <number>', 'so many of the latest')
    .option('--within <days>', 'those of so many days')
    .option('--json', 'those that were deleted, as one JSON array')
    .action(async (options) => (await actions()).prune(options));
  snapshot
    .command('verify')
    .argument('[snapshot]', `${ID}; without it all, and all that the store has`)
    .summary('read snapshots to the last byte')
    .description('Reads a snapshot, or all of a store, and compares each page with its hash.')
    .addOption(storeOption())
    .option('--json', 'what was read, as one JSON object')
    .action(async (id, options) => (await actions()).verify(id, options));
  snapshot
    .command('export')
    .argument('<snapshot>', ID)
    .argument('<file>', 'a store in one file; made if it is not there')
    .summary('copy a snapshot into a file')
    .description('Copies a snapshot into a file, which is a store itself.')
    .addOption(storeOption())
    .option('--json', 'the snapshot, as one JSON object')
    .action(async (id, file, options) => (await actions()).exportTo(id, file, options));
  snapshot
    .command('import')
    .argument('<file>', "what 'export' made")
    .summary('copy snapshots out of a file')
    .description('Copies all snapshots of a file into a store.')
    .addOption(storeOption())
    .option('--json', 'the snapshots, as one JSON array')
    .action(async (file, options) => (await actions()).importFrom(file, options));
}

function addCreate(snapshot: Command, actions: () => Promise<SnapshotActions>): void {
  const command = snapshot
    .command('create')
    .summary('boot a machine, and keep it as it is then')
    .description(
      'Boots a machine, or lets one go on from a snapshot, waits until it is ready, and keeps it.',
    )
    .argument('<name>', 'what to call it; names may be given again')
    .argument('[guest]', "a guest that 'hartwood guest build' made; it stays as it is")
    .addOption(storeOption());
  addShapeOptions(command);
  addEngineOptions(command);
  addBootOptions(command)
    .option('--from <snapshot>', `go on from a snapshot, which is its parent: ${ID}`)
    .optionsGroup('What it does before:')
    .option('--exec <command>', 'run a command in the guest; if it fails, nothing is kept')
    .addOption(
      new Option('--copy-in <file:path>', 'copy a file or folder into the guest before')
        .default([], 'none')
        .argParser(gather),
    )
    .option('--after <seconds>', 'let it run so long, as a guest must that has no agent')
    .option('--timeout <seconds>', 'give up after so long')
    .option('--json', 'the snapshot, as one JSON object; an error as one of stderr')
    .optionsGroup('Other:')
    .helpOption('-h, --help', 'this help')
    .action((name: string, guest: string | undefined, options: CreateOptions) =>
      withVariables(command, async () =>
        (await actions()).create(name, {
          ...options,
          ...(guest === undefined ? {} : { guest }),
          ...(guest === undefined && !options.nested ? {} : { temporary: true }),
          copyOut: [],
          input: false,
          written: writtenOf(command),
        }),
      ),
    );
}

function addRestore(snapshot: Command, actions: () => Promise<SnapshotActions>): void {
  const command = snapshot
    .command('restore')
    .argument('<snapshot>', ID)
    .summary('let a machine go on')
    .description("Lets a machine go on from a snapshot, as 'hartwood run --from' does.")
    .addOption(storeOption());
  addEngineOptions(command);
  addTaskOptions(command);
  addDebugOptions(command)
    .optionsGroup('Other:')
    .helpOption('-h, --help', 'this help')
    .action((from: string, options: RunOptions) =>
      withVariables(command, async () =>
        (await actions()).restore({ ...MACHINE, ...options, from }),
      ),
    );
}
