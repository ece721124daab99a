import type { Core } from '../core/core.js';
import { AgentError } from '../core/errors.js';
import { VirtioSlots } from '../core/virtio-slots.js';
import { formatMac, localMac, parseMac } from '../machine/virtio/network/mac.js';
import type { NetworkDevice } from '../machine/virtio/network/network-device.js';
import { MAC_OFFSET, MAC_SIZE } from '../machine/virtio/network/protocol.js';
import type { GuestCommands } from './agent/commands.js';
import { NETWORK_SLOT } from './devices.js';
import type { GuestMachine } from './guest-machine.js';
import type { RunLoop } from './run-loop.js';
import { RandomBytes } from './seed.js';

/** What tells a VM from its copies. */
export interface Identity {
  /** The VM generation ID: 16 bytes in hexadecimal. */
  readonly id: string;
  /** What a copy is called: 'hartwood-' and the first 8 digits of its ID. A guest that boots is called 'hartwood'. */
  readonly hostName: string;
  /** The network card's address: '02:00:5e:10:00:01'. */
  readonly mac: string;
}

const ID_SIZE = 16;
/** The identity is not made of the bytes that the guest's pool begins with. */
const IDENTITY_SALT = 0x6964_656e_7469_7479n;

/** An identity that no other VM has, or with a seed always the same one. */
export function newIdentity(seed?: bigint): Identity {
  const bytes = new Uint8Array(ID_SIZE + MAC_SIZE);
  new RandomBytes(seed === undefined ? undefined : seed ^ IDENTITY_SALT).fill(bytes);
  const digits = [...bytes.subarray(0, ID_SIZE)].map((byte) => byte.toString(16).padStart(2, '0'));
  const id = digits.join('');
  return {
    id,
    hostName: `hartwood-${id.slice(0, 8)}`,
    mac: formatMac(localMac(bytes.subarray(ID_SIZE))),
  };
}

/** The VM that is to be another one. */
export interface IdentityTarget {
  readonly core: Core;
  readonly machine: GuestMachine;
  readonly network: NetworkDevice;
  /** Of a guest with an agent; without one, only what the machine shows by itself is changed. */
  readonly commands: GuestCommands | undefined;
  readonly loop: RunLoop;
}

/** How far a guest has become another one. */
export interface AppliedIdentity {
  /** 'machine': it has no agent, or one that is too old or fails, and knows by the interrupt alone. */
  readonly told: 'machine' | 'guest';
  /** Whether the guest bears its name. */
  readonly hostName: boolean;
  /** Whether an interface had the former address and has the new one. A driver that begins later reads it from the card. */
  readonly mac: boolean;
  /** Whether it has the time of day that it was to have. */
  readonly time: boolean;
  /** Why the agent was of no use, if there is one. */
  readonly error?: AgentError;
}

export interface IdentityOptions {
  /** Milliseconds of the VM's clock that the guest may take. */
  readonly timeout?: number;
  /** Its time of day from now on, in nanoseconds since 1970; without it, the one it has. */
  readonly time?: bigint;
}

/** In milliseconds of the VM's clock. */
const DEFAULT_TIMEOUT = 10_000;
/** Many who become others at once share the thread: for each of them more. */
const EACH_MORE = 200;

/** How long one of so many VMs may take to become another. */
export function identityTimeout(count: number): number {
  return DEFAULT_TIMEOUT + EACH_MORE * count;
}

/**
 * Makes a copy of a VM another machine: another generation ID with its interrupt, by which Linux draws
 * its random numbers anew; another address of its network card; through the agent, the same address for
 * the interface that has the card's address of before, and a host name.
 *
 * @throws VmTimeoutError, VmStoppedError; generation ID and card have changed then, and an agent that
 * comes late still does as it was told.
 */
export async function applyIdentity(
  target: IdentityTarget,
  identity: Identity,
  { timeout = DEFAULT_TIMEOUT, time }: IdentityOptions = {},
): Promise<AppliedIdentity> {
  const { core, machine, network, commands, loop } = target;
  const { hostName, mac: to } = identity;
  const from = network.mac;
  machine.generation = identity.id;
  network.mac = to;
  if (machine.handle !== 0) {
    new VirtioSlots(core, machine.handle).setConfig(NETWORK_SLOT, MAC_OFFSET, parseMac(to));
  }
  loop.gate.wake();
  if (commands === undefined) return { told: 'machine', hostName: false, mac: false, time: false };
  try {
    return {
      told: 'guest',
      ...(await commands.identify(
        { hostName, from, to, ...(time === undefined ? {} : { time }) },
        { timeout },
      )),
    };
  } catch (error) {
    if (error instanceof AgentError)
      return { told: 'machine', hostName: false, mac: false, time: false, error };
    throw error;
  }
}
