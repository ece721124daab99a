import { type Command, Option } from 'commander';

/** The options of `hartwood guest build`, as they were written. */
export interface GuestBuildOptions {
  readonly include?: string;
  readonly size: string;
  readonly recommends?: boolean;
  readonly json?: boolean;
}

/** The options of `hartwood guest list`. */
export interface GuestListOptions {
  readonly json?: boolean;
  readonly names?: boolean;
}

/** What `hartwood guest` can do. */
export interface GuestActions {
  readonly list: (options: GuestListOptions) => Promise<void>;
  readonly build: (name: string, options: GuestBuildOptions) => Promise<void>;
  readonly show: (name: string, options: { readonly json?: boolean }) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

const EXAMPLES = `
Examples:
  hartwood guest build web --include nginx-light,python3-minimal
  hartwood run web                                  boot it; what changes in it stays
  hartwood run web --temporary                      boot it; what changes in it is forgotten
  hartwood guest list --json
  hartwood guest delete web

Guests are kept in the user's data folder, or where HARTWOOD_GUESTS says.
`;

/** Adds `guest` and what it can do to the command line; `actions` are loaded when one is wanted. */
export function addGuestCommand(program: Command, actions: () => Promise<GuestActions>): void {
  const guest = program
    .command('guest')
    .summary('build and look after guests with disks of their own')
    .description('Builds guests from Debian packages, lists, shows and deletes them.')
    .addHelpText('after', EXAMPLES);
  guest
    .command('list')
    .summary('name all guests')
    .description('Names all guests that were built.')
    .addOption(new Option('--json', 'as one JSON array').conflicts('names'))
    .option('--names', 'names only, one a line')
    .action(async (options) => (await actions()).list(options));
  guest
    .command('build <name>')
    .summary('make a guest from Debian packages')
    .description(
      'Makes a guest: fetches Debian packages with all they depend on, unpacks them, and boots a machine' +
        ' that configures them on a disk of its own.',
    )
    .option('--include <packages>', 'packages beside the base system, by name, commas between')
    .option('--size <size>', 'of its disk, as in 512M or 2G; only what is written takes room', '2G')
    .option('--recommends', 'take what the packages recommend, too')
    .option('--json', 'the manifest as the last line of stdout')
    .action(async (name, options) => (await actions()).build(name, options));
  guest
    .command('show <guest>')
    .summary('tell what is in a guest')
    .description('Tells what a guest was built of, and how large it is.')
    .option('--json', 'the manifest as JSON')
    .action(async (name, options) => (await actions()).show(name, options));
  guest
    .command('delete <guest>')
    .summary('remove a guest with its disk')
    .description('Removes a guest with all that is on its disk.')
    .action(async (name) => (await actions()).remove(name));
}
