import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Disk } from '../../src/machine/disk.js';
import { openImage } from '../../src/storage/open-image.js';
import { createQcow2 } from '../../src/storage/qcow2/create.js';
import { randomNumbers } from '../core/random.js';
import { newHost, startGuest } from '../integration/guest.js';
import { ext4Guest } from './ext4-guest.js';
import { filesOf, recover } from './ext4-image.js';
import { MemoryFile } from './memory-file.js';
import { PowerCuts } from './power-cuts.js';
import { imageFolder, qemuCheck, qemuImg } from './qemu-img.js';
import { RecordingFile } from './recording-file.js';
import { faults, prepareExt4, SYNCED, writeSynced } from './synced-files.js';

const MB = 2 ** 20;
const SIZE = 24 * MB;
const FILES = 120;
const CUTS = 200;
const { path } = imageFolder();

/** A drive whose file's log is kept, and how a raw image is made of what is left of the file. */
interface Recorded {
  readonly file: RecordingFile;
  readonly disk: Disk;
  /** What the file held when the log began. */
  readonly begin: Uint8Array;
  readonly toRaw: (image: string) => Promise<string>;
}

async function recordedRaw(): Promise<Recorded> {
  const begin = new Uint8Array(SIZE);
  const file = new RecordingFile('raw', begin);
  const disk = await openImage(file, { format: 'raw' });
  return { file, disk, begin, toRaw: async (image) => image };
}

async function recordedQcow2(): Promise<Recorded> {
  const empty = new MemoryFile();
  // Small clusters: tables and refcounts change all the time.
  await createQcow2(empty, { size: SIZE, clusterSize: 4096 });
  const begin = empty.bytes;
  const file = new RecordingFile('qcow2', begin);
  const disk = await openImage(file, { format: 'qcow2' });
  const toRaw = async (image: string) => {
    expect((await qemuCheck(image)).errors).toBe(0);
    await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', image, `${image}.raw`);
    return `${image}.raw`;
  };
  return { file, disk, begin, toRaw };
}

/** Cuts the power at random moments of a log, and looks at what is left. */
async function cut({ file, begin, toRaw }: Recorded, seed: number): Promise<void> {
  const random = randomNumbers(seed);
  const first = file.events.findIndex(({ kind }) => kind === 'mark');
  const moments = Array.from(
    { length: CUTS },
    () => first + 1 + random(file.events.length - first),
  );
  const cuts = new PowerCuts(begin, file.events);
  const marks = new Set<number>();
  for (const moment of moments.sort((a, b) => a - b)) {
    cuts.advance(moment);
    const odds = random(5);
    const image = path(`cut-${file.name}`);
    await writeFile(
      image,
      cuts.image(() => random(4) < odds),
    );
    const where = `${file.name}, seed ${seed}, moment ${moment}, odds ${odds}`;
    try {
      const raw = await toRaw(image);
      await recover(raw);
      expect(faults(await filesOf(raw, SYNCED), cuts.mark)).toEqual([]);
    } catch (cause) {
      throw new Error(`after a power cut (${where}): ${cause}`, { cause });
    }
    marks.add(cuts.mark);
  }
  expect(marks.size).toBeGreaterThan(FILES / 2);
}

test('whenever the power fails, an ext4 recovers and all synced files are there', {
  timeout: 600_000,
}, async () => {
  const drives = [await recordedRaw(), await recordedQcow2()];
  await using host = await newHost('200M');
  const { vm } = await startGuest(host, {
    ...(await ext4Guest()),
    memory: '160M',
    drives: drives.map(({ disk }) => disk),
  });
  await Promise.all(
    drives.map(async ({ file }, index) => {
      const folder = `/mnt${index}`;
      await prepareExt4(vm, `/dev/vd${'ab'[index]}`, folder);
      file.mark(0);
      await writeSynced(vm, folder, FILES, (number) => file.mark(number));
    }),
  );
  await vm.stop();
  await Promise.all(drives.map((drive, index) => cut(drive, index + 1)));
});
