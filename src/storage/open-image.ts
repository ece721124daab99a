import { ConfigurationError, DiskError } from '../core/errors.js';
import type { Disk } from '../machine/disk.js';
import { type ByteFile, readPadded } from './byte-file.js';
import { foreignFormat } from './foreign-format.js';
import { Qcow2Disk } from './qcow2/disk.js';
import { startsWithQcow2Magic } from './qcow2/magic.js';
import { RawDisk } from './raw-disk.js';

export const FORMATS = ['raw', 'qcow2'] as const;
export type ImageFormat = (typeof FORMATS)[number];

/** Deeper chains than anybody needs; each link costs a file and a look-up at every read. */
const MOST_LINKS = 32;

/**
 * Opens, for reading, the file that `image` names as its backing file. The name is the image's and as
 * trustworthy as its maker: whoever resolves it decides which files may be had.
 */
export type ResolveBacking = (name: string, image: ByteFile) => Promise<ByteFile>;

export interface OpenImageOptions {
  /** Without it the file's first bytes tell: qcow2, or raw; other formats' are refused. */
  readonly format?: ImageFormat;
  readonly readOnly?: boolean;
  /** Without it an image that has a backing file is refused. */
  readonly resolveBacking?: ResolveBacking;
}

/**
 * The disk that a file holds, which then is the disk's to close.
 *
 * @throws DiskError; `file` stays open and the caller's then
 */
export async function openImage(file: ByteFile, options: OpenImageOptions = {}): Promise<Disk> {
  if (options.format !== undefined && !FORMATS.includes(options.format)) {
    const message = `the image format '${options.format}' is not known`;
    throw new ConfigurationError(`${message}; right would be ${FORMATS.join(' or ')}`);
  }
  return await openLink(file, options, [file]);
}

/** @param chain the files from the first image to this one */
async function openLink(
  file: ByteFile,
  options: OpenImageOptions,
  chain: readonly ByteFile[],
): Promise<Disk> {
  const readOnly = (options.readOnly ?? false) || file.readOnly;
  const format = options.format ?? (await guessFormat(file));
  if (format === 'raw') {
    return RawDisk.open(file, { readOnly, guessed: options.format === undefined });
  }
  return await Qcow2Disk.open(file, readOnly, async (name, named) => {
    const below = await resolve(name, file, chain, options.resolveBacking);
    try {
      if (chain.some(({ identity }) => identity === below.identity)) {
        const message = `the backing file '${name}' of '${file.name}' is an image above it`;
        throw new DiskError('format', `${message}: the chain is a loop`);
      }
      const known = FORMATS.find((format) => format === named);
      if (named !== undefined && known === undefined) {
        const message = `'${file.name}' says that its backing file has the format '${named}'`;
        throw new DiskError('format', `${message}; ${FORMATS.join(' and ')} are known`);
      }
      const { resolveBacking } = options;
      const belowOptions = {
        readOnly: true,
        ...(known && { format: known }),
        ...(resolveBacking && { resolveBacking }),
      };
      return await openLink(below, belowOptions, [...chain, below]);
    } catch (error) {
      await below.close().catch(() => undefined);
      throw error;
    }
  });
}

async function resolve(
  name: string,
  file: ByteFile,
  chain: readonly ByteFile[],
  resolveBacking: ResolveBacking | undefined,
): Promise<ByteFile> {
  if (resolveBacking === undefined) {
    throw new DiskError(
      'unavailable',
      `'${file.name}' needs a backing file, and none may be opened`,
    );
  }
  if (chain.length > MOST_LINKS) {
    const message = `'${chain[0]?.name}' has more than ${MOST_LINKS} backing files one below another`;
    throw new DiskError('format', message);
  }
  return await resolveBacking(name, file);
}

async function guessFormat(file: ByteFile): Promise<ImageFormat> {
  const start = new Uint8Array(4);
  await readPadded(file, 0, start);
  if (startsWithQcow2Magic(start)) return 'qcow2';
  const foreign = await foreignFormat(file);
  if (foreign !== undefined) {
    const message = `'${file.name}' is a ${foreign} image, which cannot be opened`;
    throw new DiskError('format', `${message}; format=raw takes it as the sectors of a disk`);
  }
  return 'raw';
}
