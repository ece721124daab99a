/** Snapshots whose hashes are right, of machines that cannot be: nothing of them may stay. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SnapshotError } from '../../src/core/errors.js';
import type { JsonObject } from '../../src/core/json.js';
import { nodeSnapshotTools } from '../../src/node/snapshots/tools.js';
import { MemoryObjects } from '../../src/snapshot/memory-objects.js';
import { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import type { Host } from '../../src/vm/host.js';
import { newHost } from '../integration/guest.js';
import { toldGuest } from './told-guest.js';

let store: SnapshotStore;
let host: Host;
let id: string;

beforeEach(async () => {
  store = new SnapshotStore(new MemoryObjects(), nodeSnapshotTools);
  host = await newHost('16M');
  const vm = await toldGuest(host);
  ({ id } = await vm.snapshot({ store }));
});
afterEach(() => host[Symbol.asyncDispose]());

/** Writes the snapshot again with something else in its machine. */
async function alter(change: (machine: JsonObject) => JsonObject): Promise<string> {
  const reader = await store.open(id);
  const writer = await store.begin();
  try {
    for (const name of reader.sections)
      writer.setState(name, reader.state(name) ?? new Uint8Array());
    for (const area of reader.areas) await writer.keepPages(area, reader, reader.pages(area));
    const machine = change(reader.head.machine);
    return (await writer.finish({ ...reader.head, machine })).id;
  } finally {
    reader.close();
  }
}

const peripherals = (machine: JsonObject) => machine.peripherals as JsonObject;

it.each<[string, (machine: JsonObject) => JsonObject]>([
  ['lacks devices', (machine) => ({ peripherals: { ...peripherals(machine), bus: [] } })],
  [
    'has devices that are none',
    (machine) => ({ peripherals: { ...peripherals(machine), bus: 1 } }),
  ],
  ['has no peripherals', () => ({ peripherals: 0 })],
  ['has a drive that is none', () => ({ drives: [0] })],
  [
    'has an agent that counts with no numbers',
    (machine) => ({
      peripherals: {
        ...peripherals(machine),
        agent: { ready: true, cut: false, nonce: 'none' },
      },
    }),
  ],
  [
    'has an ID that is none',
    (machine) => ({ identity: { ...(machine.identity as JsonObject), id: 'none' } }),
  ],
  ['counted nothing', () => ({ before: { steps: '1', instructions: '1', time: '1' } })],
])('a machine that %s leaves nothing on the host', async (_, change) => {
  const altered = await alter((machine) => ({ ...machine, ...change(machine) }));
  const { used } = host.memory();
  const { length } = host.vms;
  await expect(host.restore(store, altered)).rejects.toThrow(SnapshotError);
  expect(host.memory().used).toBe(used);
  expect(host.vms).toHaveLength(length);
  expect((await host.restore(store, id)).figures().state).toBe('running');
});
