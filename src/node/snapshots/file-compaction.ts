import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { Descriptor, writeAll } from './descriptor.js';
import { type FileRecord, fileHeader, RECORD_SIZE, recordBytes } from './file-record.js';

const [fsync, open] = [promisify(fs.fsync), promisify(fs.open)];

const AT_ONCE = 2 ** 20;
const ID_SIZE = 16;

/** Writes a new file with these objects of another one, and nothing else; it is durable but for its name. */
export async function compacted(
  from: Descriptor | undefined,
  records: Iterable<FileRecord>,
  path: string,
): Promise<void> {
  const to = new Descriptor(await open(path, 'wx'));
  try {
    const id = randomBytes(ID_SIZE);
    const header = fileHeader(id);
    await writeAll(to.fd, header, 0);
    let at = header.length;
    let previous = 0;
    for (const record of [...records].sort((a, b) => a.at - b.at)) {
      const begin = record.at - record.length;
      for (let done = 0; done < record.length; done += AT_ONCE) {
        const length = Math.min(AT_ONCE, record.length - done);
        const bytes = await (from as Descriptor).read(`'${path}'`, begin + done, length);
        await writeAll(to.fd, bytes, at + done);
      }
      at += record.length;
      await writeAll(to.fd, recordBytes(id, { ...record, at, previous }), at);
      previous = at;
      at += RECORD_SIZE;
    }
    await fsync(to.fd);
  } finally {
    await to.letGo();
  }
}
