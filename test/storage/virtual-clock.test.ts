import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openImage } from '../../src/storage/open-image.js';
import { createQcow2 } from '../../src/storage/qcow2/create.js';
import { randomNumbers } from '../core/random.js';
import { newHost, startGuest } from '../integration/guest.js';
import { MemoryFile } from './memory-file.js';

const MB = 2 ** 20;

const COMMANDS = [
  'for i in 1 2 3; do dd if=/dev/urandom of=/dev/vda bs=4k seek=$((i * 100)) count=50 2>&1 & done; wait; sync',
  'dd if=/dev/vda bs=256k iflag=direct 2> /dev/null | md5sum; cat /proc/uptime',
  'blkdiscard -o 1048576 -l 524288 /dev/vda; md5sum < /dev/vda; cat /proc/uptime /proc/diskstats',
];

/** A file whose calls take a time that nobody can foresee. */
function unsteady(file: MemoryFile, seed: number): MemoryFile {
  const random = randomNumbers(seed);
  const [read, write, flush] = [file.read, file.write, file.flush].map((call) => call.bind(file));
  const delay = () => new Promise((resolve) => setTimeout(resolve, random(4)));
  file.read = (...call) => delay().then(() => (read as MemoryFile['read'])(...call));
  file.write = (...call) => delay().then(() => (write as MemoryFile['write'])(...call));
  file.flush = () => delay().then(() => (flush as MemoryFile['flush'])());
  return file;
}

/** What a guest with two harts sees and leaves, and how many steps that takes. */
async function story(file: MemoryFile) {
  await createQcow2(file, { size: 4 * MB, clusterSize: 4096 });
  const disk = await openImage(file);
  await using host = await newHost('128M');
  const spec = { memory: '112M', cpus: 2, clock: 'virtual', seed: 3, drives: [disk] } as const;
  const { vm, text, log, ended } = await startGuest(host, spec);
  const answers: string[] = [];
  for (const command of COMMANDS) answers.push((await vm.exec(command)).stdout);
  await vm.stop();
  await ended;
  const { steps, guestSeconds } = await vm.summary();
  const content = new Uint8Array(disk.size);
  await disk.read(0, content);
  const hash = createHash('sha256').update(content).digest('hex');
  return { text: text(), log: log(), answers, steps, guestSeconds, hash };
}

test('under a virtual clock a disk repeats bit for bit, however fast it is', async () => {
  const quick = await story(new MemoryFile());
  expect(quick.answers[0]).toMatch(/50\+0 records out/);
  expect(quick.answers[2]).toMatch(/ vda /);
  expect(await story(unsteady(new MemoryFile(), 9))).toEqual(quick);
});
