import { bootIdle } from './booted.js';
import type { Measurement } from './measurement.js';

const TWINS = 100;
const COMMAND = `
head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n'; echo
hostname
cat /sys/class/net/eth0/address`;
const ROWS = ['distinct-random', 'distinct-host-names', 'distinct-macs'] as const;

/** How many of 100 copies that became other machines differ in what they read, and the milliseconds for a copy to become one. */
export const measureIdentities: Measurement = async () => {
  await using booted = await bootIdle();
  const began = performance.now();
  const twins = await booted.vm.fork(TWINS);
  const each = (performance.now() - began) / TWINS;
  const answers = await Promise.all(
    twins.map(async (twin) => (await twin.exec(COMMAND)).stdout.trim().split('\n')),
  );
  const distinct = ROWS.map((name, line) => {
    const read = answers.map((lines) => lines[line]).filter((text) => text !== undefined);
    return [name, [new Set(read).size]] as const;
  });
  return { ...Object.fromEntries(distinct), 'fork-identity': [each] };
};
