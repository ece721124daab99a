/**
 * A process of its own: boots the default guest on the engine that is its argument, as a user of the library does, runs
 * programs in it, and prints what the event loop had to wait for, as JSON of WatchedGuest.
 */
import { Host } from 'hartwood';
import { BOOT_MS } from '../machines/machine.js';
import { PauseMeter } from './pause-meter.js';
import type { WatchedGuest } from './watched-guest.js';

/** Programs that have little code in common, for some seconds. */
const COMMAND = `
gzip -c /bin/busybox | sha256sum
awk 'BEGIN { for (i = 0; i < 50000; i++) s = (s * 31 + i) % 65521; print s }'
tar -cf - /bin /etc | gzip -1 | gunzip | md5sum
find / -xdev | sort | sed 's/[a-m]/./g' | grep -c '[.]'
`;

const [engine] = process.argv.slice(2);
using meter = new PauseMeter();
await using host = await Host.create({ memory: '300M', ...(engine && { engine }) });
const vm = await host.create({ guest: 'debian', memory: '256M' });
const boot = await meter.watch(async () => {
  await vm.start();
  await vm.ready({ timeout: BOOT_MS });
});
const program = await meter.watch(async () => {
  const { status, stderr } = await vm.exec(COMMAND, { timeout: BOOT_MS });
  if (status !== 0) throw new Error(`the programs ended with status ${status}: ${stderr}`);
});
process.stdout.write(JSON.stringify({ boot, program } satisfies WatchedGuest));
