import { ConfigurationError } from '../core/errors.js';
import { buildGuest } from '../node/guests/build-guest.js';
import { deleteGuest, type GuestEntry, listGuests, showGuest } from '../node/guests/list.js';
import { bold } from './colours.js';
import type { GuestActions, GuestBuildOptions } from './guest-options.js';
import { ProgressDisplay } from './progress.js';

const MEGABYTE = 1e6;

/** `hartwood guest …`. Each throws GuestError, ConfigurationError, DiskError and the like. */
export function guestActions(signal: AbortSignal): GuestActions {
  return {
    list: async (options) => {
      const guests = await listGuests();
      if (options.names) for (const { name } of guests) print(name);
      else if (options.json) print(JSON.stringify(guests.map(listed)));
      else if (guests.length === 0) print("no guests; 'hartwood guest build NAME' makes one");
      else {
        const [head = '', ...rows] = table(guests);
        print(bold(head, process.stdout));
        for (const line of rows) print(line);
      }
    },
    build: (name, options) => build(name, options, signal),
    show: async (name, options) => {
      const guest = await showGuest(name);
      if (options.json) print(JSON.stringify(listed(guest)));
      else for (const line of description(guest)) print(line);
    },
    remove: (name) => deleteGuest(name),
  };
}

async function build(name: string, options: GuestBuildOptions, signal: AbortSignal): Promise<void> {
  using progress = new ProgressDisplay(process.stderr);
  const manifest = await buildGuest({
    name,
    include: packageNames(options.include ?? ''),
    size: options.size,
    recommends: options.recommends ?? false,
    progress: progress.report,
    signal,
  });
  progress[Symbol.dispose]();
  if (options.json) print(JSON.stringify(manifest));
  else {
    const used = megabytes(manifest.used);
    print(
      `${name}: ${manifest.packages.length} packages, ${used}; 'hartwood run ${name}' boots it`,
    );
  }
}

/** @throws ConfigurationError for what is no list of names */
function packageNames(list: string): string[] {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  // Policy 5.6.1.
  const wrong = names.find((name) => !/^[a-z0-9][a-z0-9+.-]+$/.test(name));
  if (wrong === undefined) return names;
  const right = 'names have commas between them, as in nginx-light,python3-minimal';
  throw new ConfigurationError(`--include: '${wrong}' is no name of a Debian package; ${right}`);
}

function listed({ name, manifest, stored, damage }: GuestEntry): object {
  return manifest === undefined ? { name, damage } : { ...manifest, stored };
}

function table(guests: readonly GuestEntry[]): string[] {
  const rows = guests.map(({ name, manifest, stored, damage }) => {
    if (manifest === undefined) return [name, 'damaged', '', '', damage ?? ''];
    const date = manifest.created.slice(0, 10);
    const include = manifest.include.join(',');
    return [name, megabytes(stored ?? 0), megabytes(manifest.size), date, include];
  });
  const all = [['NAME', 'STORED', 'DISK', 'CREATED', 'PACKAGES'], ...rows];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function description({ manifest, stored }: Awaited<ReturnType<typeof showGuest>>): string[] {
  const { name, created, suite, kernel, include, packages, size, used } = manifest;
  return [
    `name       ${name}`,
    `created    ${created}`,
    `system     Debian ${suite}, kernel ${kernel}`,
    `disk       ${megabytes(size)}, ${megabytes(used)} of files when built, ${megabytes(stored)} stored`,
    `asked for  ${include.length === 0 ? 'the base system' : include.join(', ')}`,
    `packages   ${packages.length}:`,
    ...packages.map((pack) => `  ${pack.name} ${pack.version}`),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(0)} MB`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
