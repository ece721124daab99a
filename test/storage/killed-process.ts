/**
 * A process with a VM that writes synced files to ext4 on its drives, until it is killed. It prints
 * `drive number` for each file that is synced.
 *
 * Usage: tsx killed-process.ts DRIVE…
 */
import { openDrive } from '../../src/node/drive.js';
import { newHost, startGuest } from '../integration/guest.js';
import { ext4Guest } from './ext4-guest.js';
import { prepareExt4, writeSynced } from './synced-files.js';

const drives = await Promise.all(process.argv.slice(2).map((drive) => openDrive(drive)));
const host = await newHost('200M');
const { vm } = await startGuest(host, { ...(await ext4Guest()), memory: '160M', drives });
await Promise.all(
  drives.map(async (_, index) => {
    const folder = `/mnt${index}`;
    await prepareExt4(vm, `/dev/vd${'ab'[index]}`, folder);
    await writeSynced(vm, folder, Number.POSITIVE_INFINITY, (number) => {
      process.stdout.write(`${index} ${number}\n`);
    });
  }),
);
