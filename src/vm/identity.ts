import type { Core } from '../core/core.js';
import { VirtioSlots } from '../core/virtio-slots.js';
import { formatMac, localMac, parseMac } from '../machine/virtio/network/mac.js';
import type { NetworkDevice } from '../machine/virtio/network/network-device.js';
import { MAC_OFFSET, MAC_SIZE } from '../machine/virtio/network/protocol.js';
import type { GuestCommands } from './agent/commands.js';
import { NETWORK_SLOT } from './devices.js';
import type { GuestMachine } from './guest-machine.js';
import { randomBytes } from './seed.js';

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
  randomBytes(seed === undefined ? undefined : seed ^ IDENTITY_SALT)(bytes);
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
  /** The VM's loop shall come round. */
  readonly wake: () => void;
}

/** How far a guest has become another one. */
export interface AppliedIdentity {
  /** 'machine': it has no agent, and knows by the interrupt alone. */
  readonly told: 'machine' | 'guest';
  /** Whether the guest bears its name. */
  readonly hostName: boolean;
  /** Whether its interface, if there is one, has its address. A driver that begins later reads it from the card. */
  readonly mac: boolean;
}

/** In milliseconds of the VM's clock. */
const DEFAULT_TIMEOUT = 10_000;
/** Where Linux has what it found in the network card's slot. */
const CARD = `/sys/devices/platform/soc/1000${NETWORK_SLOT + 1}000.virtio_mmio/virtio*/net/*`;
/** Bits of the command's exit status. */
const NAME_FAILED = 1;
const MAC_FAILED = 2;

/** One shell, and one process of its for the interface: all else is the shell's own. */
function command({ hostName, mac }: Identity): string {
  return [
    'exec 2>/dev/null',
    's=0',
    `echo ${hostName} >/proc/sys/kernel/hostname || s=${NAME_FAILED}`,
    `if [ -e /etc/hostname ]; then echo ${hostName} >/etc/hostname || s=${NAME_FAILED}; fi`,
    `for n in ${CARD}; do`,
    `  if [ -e "$n" ]; then ip link set "\${n##*/}" address ${mac} || s=$((s+${MAC_FAILED})); fi`,
    'done',
    'exit $s',
  ].join('\n');
}

/**
 * Makes a copy of a VM another machine: another generation ID with its interrupt, by which Linux draws
 * its random numbers anew; another address of its network card; through the agent, the same address for
 * its interface, and a host name.
 *
 * @throws VmTimeoutError, VmStoppedError, AgentError if the guest did not do as it was told; generation
 * ID and card have changed then.
 */
export async function applyIdentity(
  target: IdentityTarget,
  identity: Identity,
  { timeout = DEFAULT_TIMEOUT }: { readonly timeout?: number } = {},
): Promise<AppliedIdentity> {
  const { core, machine, network, commands, wake } = target;
  machine.generation = identity.id;
  network.mac = identity.mac;
  new VirtioSlots(core, machine.handle).setConfig(NETWORK_SLOT, MAC_OFFSET, parseMac(identity.mac));
  wake();
  if (commands === undefined) return { told: 'machine', hostName: false, mac: false };
  const { status } = await commands.exec(command(identity), { timeout });
  return {
    told: 'guest',
    hostName: (status & NAME_FAILED) === 0,
    mac: (status & MAC_FAILED) === 0,
  };
}
