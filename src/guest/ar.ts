/**
 * Reader of `ar` archives, the outermost wrapping of a Debian package (deb(5), ar(5)): a magic line,
 * then members of a 60-byte text header and data padded to an even length.
 */
import { ByteReader } from './byte-reader.js';
import { GuestError } from './errors.js';

const MAGIC = '!<arch>\n';
const HEADER_LENGTH = 60;
const HEADER_END = '`\n';

/** One file of the archive. `data` must be read before the archive is gone on with. */
export interface ArMember {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly data: ReadableStream<Uint8Array>;
}

/**
 * The first member whose name `wanted` accepts, or undefined. The archive is read up to it, and as far
 * as `data` is read; when `data` is cancelled, so is the archive.
 *
 * @throws GuestError `guest-corrupt` for what is no ar archive, or is cut short.
 */
export async function openArMember(
  archive: ReadableStream<Uint8Array>,
  wanted: (name: string) => boolean,
): Promise<ArMember | undefined> {
  const reader = new ByteReader(archive);
  try {
    if (text(await reader.read(MAGIC.length)) !== MAGIC) {
      throw new GuestError('guest-corrupt', `an ar archive begins with "!<arch>"; this does not`);
    }
    for (;;) {
      const header = await reader.read(HEADER_LENGTH);
      if (header.length === 0) return undefined;
      const { name, size } = parseHeader(header);
      if (wanted(name)) return { name, size, data: bounded(reader, size, name) };
      // The last member's padding may be missing.
      if (!(await reader.skip(size))) throw cutShort(name);
      await reader.skip(size % 2);
    }
  } catch (error) {
    await reader.cancel(error);
    throw error;
  }
}

function parseHeader(header: Uint8Array): { name: string; size: number } {
  const fields = text(header);
  const size = fields.slice(48, 58).trim();
  if (fields.slice(58) !== HEADER_END || !/^\d+$/.test(size)) {
    throw new GuestError('guest-corrupt', `an ar member's header is broken: "${fields.trim()}"`);
  }
  // GNU ar ends names with a slash, dpkg does not.
  const name = fields.slice(0, 16).trimEnd().replace(/\/$/, '');
  return { name, size: Number(size) };
}

function bounded(reader: ByteReader, size: number, name: string): ReadableStream<Uint8Array> {
  let left = size;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = left === 0 ? undefined : await reader.readSome(left);
      if (piece !== undefined) {
        left -= piece.length;
        controller.enqueue(piece);
      } else if (left === 0) {
        controller.close();
      } else {
        throw cutShort(name);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function cutShort(name: string): GuestError {
  return new GuestError('guest-corrupt', `the ar archive ends inside its member ${name}`);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
