import { BuildReport } from '../../guest/builder/report.js';
import { GuestError } from '../../guest/errors.js';
import type { ReportProgress } from '../../guest/image.js';
import { createQcow2 } from '../../storage/qcow2/create.js';
import { Host } from '../../vm/host.js';
import { describeStop } from '../../vm/stop-reason.js';
import { DiskFile } from '../disk-file.js';
import { openDrive } from '../drive.js';
import { nodePlatform } from '../platform.js';

/** RAM of the machine: what is unpacked goes through its page cache. */
const MEMORY = 512 * 2 ** 20;
const HOST_MEMORY = MEMORY + 32 * 2 ** 20;

export interface BuilderRun {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly append: string;
  /** The image to be made, and its size in bytes. */
  readonly disk: string;
  readonly size: number;
  /** The root file system, padded to whole sectors as tar archives are. */
  readonly tar: string;
  /** How many there are to be configured. */
  readonly packages: number;
  readonly progress: ReportProgress | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes a disk image and has a machine fill it. Bytes that its file system holds.
 *
 * @throws GuestError `guest-build` with what the machine said; DiskError; the signal's reason
 */
export async function runBuilder(run: BuilderRun): Promise<{ readonly used: number }> {
  const file = await DiskFile.open(run.disk, { create: true });
  try {
    await createQcow2(file, { size: run.size });
  } finally {
    await file.close();
  }
  const disk = await openDrive({ file: run.disk, format: 'qcow2' });
  try {
    const archive = await openDrive({ file: run.tar, format: 'raw', readOnly: true });
    try {
      const report = await boot(run, [disk, archive]);
      await disk.flush();
      return report;
    } finally {
      await archive.close();
    }
  } finally {
    await disk.close();
  }
}

async function boot(
  run: BuilderRun,
  drives: NonNullable<Parameters<Host['create']>[0]['drives']>,
): Promise<{ readonly used: number }> {
  const { kernel, initrd, append, packages, progress, signal } = run;
  const report = new BuildReport((step, what) => {
    if (step !== 'configure') {
      progress?.({ step: step === 'unpack' ? 'install' : step, what: 'disk', done: 0, total: 0 });
      return;
    }
    const done = Math.min(report.configured.size, packages);
    const item = what === '' ? {} : { item: what };
    progress?.({ step, what: `${packages} packages`, ...item, done, total: packages });
  });
  await using host = await Host.createOn(nodePlatform, { memory: HOST_MEMORY });
  await using vm = await host.create({
    guest: { kernel, initrd },
    memory: MEMORY,
    append: `${append} quiet`,
    drives,
    console: 'serial',
    onReset: 'stop',
  });
  const read = (async () => {
    for await (const bytes of vm.serial.output) report.receive(bytes);
  })();
  await vm.start();
  const stop = await vm.wait(signal === undefined ? {} : { signal });
  await read;
  if (stop.error !== undefined) throw stop.error;
  if (report.failure !== undefined || report.used === undefined) {
    const { drives: figures } = await vm.summary();
    const trouble = figures.find(({ lastError }) => lastError !== null)?.lastError ?? undefined;
    const problem = report.problem(describeStop(stop), trouble);
    throw new GuestError('guest-build', `the guest could not be built: ${problem}`);
  }
  return { used: report.used * 1024 };
}
