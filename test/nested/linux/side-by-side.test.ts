import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../src/core/abi.js';
import type { Host } from '../../../src/vm/host.js';
import type { Vm } from '../../../src/vm/vm.js';
import { newHost, startNested } from './machine.js';

const MEMORY = 512 * 2 ** 20;
/** Bytes of a file in L2's memory that are its secret, a line of 16, again and again: 64 pieces. */
const FILLED = 4 * 2 ** 20;
const SECRETS = ['kestrel-7f3a91c', 'bittern-e05d26b'] as const;

/**
 * Has L2 fill a file in its memory and tell the hash, and leaves it running. It is one command of L1, so
 * that under a virtual clock nothing depends on when the host does what.
 */
function fill(vm: Vm, secret: string) {
  const piece = `yes ${secret} | head -c ${FILLED / 64} > /tmp/p`;
  const line = `${piece}; for i in $(seq 64); do cat /tmp/p; done > /tmp/s; md5sum /tmp/s; echo DONE$((1))`;
  return vm.exec(`mkfifo in; l2 --memory 128 < in > out & exec 3> in
    echo '${line}' >&3
    until grep -q DONE1 out; do sleep 0.1; done
    cat out`);
}

const start = (host: Host) => startNested(host, { memory: MEMORY });

/** Frames of the VM's RAM, by number. */
function framesOf(vm: Vm): number[] {
  const { core, machine } = vm.inside;
  const pages = Array.from({ length: MEMORY / PAGE_SIZE }, (_, page) => page);
  const frames = pages.map((page) => core.exports.vmFrame(machine.handle, page, 0) >>> 0);
  return frames.filter((frame) => frame !== 0);
}

/** How often the text stands in the VM's RAM. */
function occurrences(vm: Vm, text: string): number {
  const { bytes } = vm.inside.core;
  let found = 0;
  for (const frame of framesOf(vm)) {
    const page = Buffer.from(bytes.buffer, bytes.byteOffset + frame * PAGE_SIZE, PAGE_SIZE);
    for (let at = page.indexOf(text); at >= 0; at = page.indexOf(text, at + 1)) found++;
  }
  return found;
}

it('two L1s, each with an L2, share a host and see nothing of each other', async () => {
  await using host = await newHost('1100M');
  await using first = await start(host);
  await using second = await start(host);
  const vms = [first, second];
  const results = await Promise.all(SECRETS.map((secret, i) => fill(vms[i] as Vm, secret)));

  for (const [i, secret] of SECRETS.entries()) {
    const content = `${secret}\n`.repeat(FILLED / 16);
    const hash = createHash('md5').update(content).digest('hex');
    expect(results[i]).toMatchObject({ status: 0, stderr: '' });
    expect(results[i]?.stdout).toContain(`${hash}  /tmp/s`);
    // All of it is in the memory of one machine, and not a line in the other's.
    expect(occurrences(vms[i] as Vm, secret)).toBeGreaterThanOrEqual(FILLED / 16);
    expect(occurrences(vms[1 - i] as Vm, secret)).toBe(0);
  }
  const frames = vms.map(framesOf);
  expect(new Set(frames.flat()).size).toBe(frames.flat().length);

  // Alone on a host it is the same to the last character, times in the kernels' logs among them.
  await using quiet = await newHost('550M');
  await using alone = await start(quiet);
  expect((await fill(alone, SECRETS[0])).stdout).toBe(results[0]?.stdout);
});
