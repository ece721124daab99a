import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { DiskError } from '../core/errors.js';
import type { Disk } from '../machine/disk.js';
import type { ByteFile } from '../storage/byte-file.js';
import { type DriveSpec, parseDriveSpec } from '../storage/drive-spec.js';
import { openImage } from '../storage/open-image.js';
import { OverlayDisk } from '../storage/overlay-disk.js';
import { DiskFile } from './disk-file.js';
import { fileTrouble } from './file-trouble.js';

export interface OpenDriveOptions {
  /**
   * Files, and folders with all below them, that an image may have backing files from, besides the
   * folder that the drive's own file is in.
   */
  readonly allow?: readonly string[];
}

/**
 * Opens a drive: a spec, or its text as `--drive` takes it. Closing the disk closes its files.
 *
 * Without a format the file's first bytes tell it. A guest can write these on a raw disk; so a disk
 * that was taken for raw refuses to begin like qcow2, and backing files come from the drive's own
 * folder, or from where `allow` says, whatever an image names.
 *
 * @throws DiskError, ConfigurationError
 */
export async function openDrive(
  drive: string | DriveSpec,
  options: OpenDriveOptions = {},
): Promise<Disk> {
  const spec = typeof drive === 'string' ? parseDriveSpec(drive) : drive;
  const { file: path, format, overlay = false } = spec;
  const readOnly = (spec.readOnly ?? false) || overlay;
  const file = await DiskFile.open(path, { readOnly }).catch((error: unknown) => {
    throw readOnly ? error : withRemedy(error);
  });
  try {
    const places = await realPlaces([dirname(resolve(path)), ...(options.allow ?? [])]);
    const resolveBacking = (name: string, image: ByteFile) => openBacking(name, image, places);
    const disk = await openImage(file, { readOnly, resolveBacking, ...(format && { format }) });
    return overlay ? new OverlayDisk(disk) : disk;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Opens the file that an image names, relative to the image's folder, if it is in an allowed place. */
async function openBacking(
  name: string,
  image: ByteFile,
  places: readonly string[],
): Promise<ByteFile> {
  // QEMU's other ways to name a source: 'json:{…}', 'nbd://…', 'ssh://…'.
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(name)) {
    const message = `the backing file '${name}' of '${image.name}' is no plain file name`;
    throw new DiskError('unavailable', `${message}, and nothing else is opened`);
  }
  const path = resolve(dirname(image.name), name);
  let real: string;
  try {
    real = await realpath(path);
  } catch (cause) {
    throw fileTrouble(path, `opened as backing file of '${image.name}'`, cause);
  }
  if (!places.some((place) => isWithin(real, place))) {
    const message = `the backing file '${path}' of '${image.name}' is outside of its folder`;
    throw new DiskError('unavailable', `${message}; allow it by name if it is to be used`);
  }
  // The path that was checked, so that no link can change in between.
  return await DiskFile.open(real, { readOnly: true });
}

async function realPlaces(paths: readonly string[]): Promise<string[]> {
  return await Promise.all(
    paths.map((path) =>
      realpath(path).catch((cause: unknown) => {
        throw fileTrouble(path, 'allowed', cause);
      }),
    ),
  );
}

function isWithin(path: string, place: string): boolean {
  const way = relative(place, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Says of a file that may not be written what can be done with it. */
function withRemedy(error: unknown): unknown {
  const code =
    error instanceof DiskError ? (error.cause as NodeJS.ErrnoException)?.code : undefined;
  if (!['EACCES', 'EPERM', 'EROFS'].includes(code ?? '')) return error;
  const { message, cause } = error as DiskError;
  return new DiskError('unavailable', `${message}; ',readonly' or ',overlay' would do`, { cause });
}
