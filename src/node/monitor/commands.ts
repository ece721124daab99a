import { ConfigurationError } from '../../core/errors.js';
import type { VmFigures } from '../../vm/figures.js';
import type { Host } from '../../vm/host.js';

/** A process's VMs in figures. */
export interface ProcessFigures {
  readonly pid: number;
  /** Milliseconds since the process began. */
  readonly time: number;
  readonly hosts: readonly HostFigures[];
}

export interface HostFigures {
  /** Its number in its process. */
  readonly id: number;
  /** Bytes for all guests, and in use. */
  readonly memory: { readonly total: number; readonly used: number };
  readonly vms: readonly VmFigures[];
}

/** The hosts that are shown, and their numbers. */
export type PublishedHosts = ReadonlyMap<Host, number>;

/** What a request asks for: `{"do": "figures"}`. */
export type Request = Readonly<Record<string, unknown>>;
type Command = (hosts: PublishedHosts, request: Request) => Promise<object>;

/** What a process does for other processes of its user, by name. */
const COMMANDS: Readonly<Record<string, Command>> = { figures };

/** VMs are looked at for so long between turns of the event loop, in milliseconds. */
const LONGEST_LOOK = 2;

async function figures(hosts: PublishedHosts): Promise<ProcessFigures> {
  const time = performance.now();
  const found: HostFigures[] = [];
  let began = time;
  for (const [host, id] of hosts) {
    const vms: VmFigures[] = [];
    for (const vm of host.vms) {
      vms.push(vm.figures());
      if (performance.now() - began < LONGEST_LOOK) continue;
      await new Promise((resolve) => setImmediate(resolve));
      began = performance.now();
    }
    found.push({ id, memory: host.memory(), vms });
  }
  return { pid: process.pid, time, hosts: found };
}

/**
 * Does what a line asks for.
 *
 * @throws ConfigurationError for what is no request; what the command throws
 */
export async function perform(hosts: PublishedHosts, line: string): Promise<object> {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    throw new ConfigurationError('a request is a line of JSON, as {"do":"figures"}');
  }
  const asked = (request as Request | null)?.do;
  const known = Object.keys(COMMANDS).join(', ');
  const command =
    typeof asked === 'string' && Object.hasOwn(COMMANDS, asked) ? COMMANDS[asked] : undefined;
  if (command === undefined) {
    const what = typeof asked === 'string' ? `the request '${asked.slice(0, 40)}'` : 'the request';
    throw new ConfigurationError(`${what} is unknown; it has "do", which is one of: ${known}`);
  }
  return command(hosts, request as Request);
}
