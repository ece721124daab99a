import { expect, test } from 'vitest';
import type { Disk } from '../../src/machine/disk.js';
import { type OpenImageOptions, openImage } from '../../src/storage/open-image.js';
import { createQcow2 } from '../../src/storage/qcow2/create.js';
import { REFCOUNT_TABLE_FIELD } from '../../src/storage/qcow2/header.js';
import { randomNumbers } from '../core/random.js';
import { DiskModel } from './disk-model.js';
import { MemoryFile } from './memory-file.js';
import { checkQcow2 } from './qcow2-checker.js';

/** A power cut: what was left of the image, and what says whether its disk may look so. */
interface Cut {
  readonly image: Uint8Array<ArrayBuffer>;
  readonly wrong: (disk: Disk) => Promise<string[]>;
}

async function mustHaveSurvived({ image, wrong }: Cut, options: OpenImageOptions, seed: number) {
  expect(checkQcow2(image).errors, `seed ${seed}`).toEqual([]);
  const disk = await openImage(new MemoryFile(image), { ...options, readOnly: true });
  expect(await wrong(disk), `seed ${seed}`).toEqual([]);
}

/** Small clusters, so that refcount blocks and L2 tables are made all the time. */
const SHAPES = [
  { clusterSize: 512, size: 96 * 1024 },
  { clusterSize: 1024, size: 512 * 1024 },
  { clusterSize: 4096, size: 1024 * 1024 },
];

for (const { clusterSize, size } of SHAPES) {
  for (const withBacking of [false, true]) {
    const what = `clusters of ${clusterSize} bytes${withBacking ? ', with a backing file' : ''}`;
    test(`whenever the power fails, what was flushed is there: ${what}`, async () => {
      const seed = clusterSize + (withBacking ? 1 : 0);
      const random = randomNumbers(seed);
      const file = new MemoryFile();
      const base = new Uint8Array(size / 2);
      new Uint32Array(base.buffer).fill(0x7f7f7f7f);
      const backing = withBacking ? { name: 'base', format: 'raw' as const } : undefined;
      await createQcow2(file, { size, clusterSize, ...(backing && { backing }) });
      const options = { resolveBacking: async () => new MemoryFile(base, { readOnly: true }) };
      const whole = new Uint8Array(size);
      if (withBacking) whole.set(base);
      const model = new DiskModel(await openImage(file, options), seed, whole);

      const cuts: Cut[] = [];
      file.onCall = (call) => {
        if (call === 'read' || random(7) !== 0) return;
        const odds = random(5);
        const image = file.afterPowerCut(() => random(4) < odds);
        cuts.push({ image, wrong: model.snapshot() });
      };
      let checked = 0;
      await model.run(400, 4, async () => {
        for (const cut of cuts.splice(0)) {
          await mustHaveSurvived(cut, options, seed);
          checked++;
        }
      });
      expect(checked).toBeGreaterThan(60);
      expect(await model.stale()).toEqual([]);
      await model.disk.close();
      expect(checkQcow2(file.bytes)).toEqual({ errors: [], leaks: 0 });
      expect(await model.stale(await openImage(new MemoryFile(file.bytes), options))).toEqual([]);
    });
  }
}

test('the refcount table grows, and a power cut meanwhile harms nothing', async () => {
  const random = randomNumbers(5);
  const size = 9 * 2 ** 20;
  const file = new MemoryFile();
  await createQcow2(file, { size, clusterSize: 512 });
  const disk = await openImage(file);
  const images: Uint8Array<ArrayBuffer>[] = [];
  let growing = false;
  file.onCall = (call, offset) => {
    if (call === 'write' && offset === REFCOUNT_TABLE_FIELD) growing = true;
    if (!growing || images.length >= 40 || call === 'read') return;
    // The moment before the new table is durable is a short one: look at all that may become of it.
    for (let tries = 0; tries < 10; tries++) {
      const odds = 1 + random(3);
      images.push(file.afterPowerCut(() => random(4) < odds));
    }
  };
  const chunk = new Uint8Array(2 ** 16);
  for (let offset = 0; offset < size; offset += chunk.length) {
    await disk.write(offset, chunk.fill(1 + offset / chunk.length));
    if (offset % 2 ** 20 === 0) await disk.flush();
  }
  await disk.close();
  expect(images).toHaveLength(40);
  for (const image of images) expect(checkQcow2(image).errors).toEqual([]);
  expect(checkQcow2(file.bytes)).toEqual({ errors: [], leaks: 0 });
  const again = await openImage(new MemoryFile(file.bytes), { readOnly: true });
  const bytes = new Uint8Array(size);
  await again.read(0, bytes);
  for (let offset = 0; offset < size; offset += 4096) {
    expect(bytes[offset]).toBe((1 + Math.floor(offset / chunk.length)) % 256);
  }
});
