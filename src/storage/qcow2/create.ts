import { ConfigurationError } from '../../core/errors.js';
import type { ByteFile } from '../byte-file.js';
import { checkDiskSize } from '../disk-size.js';
import {
  BACKING_FORMAT_EXTENSION,
  CLUSTER_BITS,
  HEADER_V3,
  MOST_BACKING_NAME,
  MOST_L1_BYTES,
  setU64,
} from './header.js';
import { QCOW2_MAGIC } from './magic.js';
import { writeRefcount } from './refcount-block.js';

const DEFAULT_CLUSTER = 65_536;
/** 16 bits, as QEMU's default. */
const REFCOUNT_ORDER = 4;

export interface CreateQcow2Options {
  /** Of the disk, in bytes: a multiple of 512. */
  readonly size: number;
  /** Bytes: a power of 2 from 512 to 2 MiB. Default 65,536. */
  readonly clusterSize?: number;
  /** The file that has what nobody wrote, relative to the image's folder, and its format. */
  readonly backing?: { readonly name: string; readonly format: 'raw' | 'qcow2' };
}

/**
 * Makes `file` an empty image of version 3. What the file had is lost; if this fails, it is no image.
 *
 * @throws ConfigurationError for figures that cannot be, DiskError
 */
export async function createQcow2(file: ByteFile, options: CreateQcow2Options): Promise<void> {
  const { size, clusterSize = DEFAULT_CLUSTER, backing } = options;
  checkDiskSize(size);
  const clusterBits = Math.log2(clusterSize);
  const { least, most } = CLUSTER_BITS;
  if (!Number.isInteger(clusterBits) || clusterBits < least || clusterBits > most) {
    const right = `a power of 2 from ${2 ** least} to ${2 ** most}`;
    throw new ConfigurationError(
      `a qcow2 cluster cannot have ${clusterSize} bytes; it has ${right}`,
    );
  }
  const l1Size = Math.ceil(size / (clusterSize * (clusterSize / 8)));
  if (l1Size * 8 > MOST_L1_BYTES) {
    const largest = (MOST_L1_BYTES / 8) * clusterSize * (clusterSize / 8);
    const message = `a qcow2 image with clusters of ${clusterSize} bytes holds ${largest} bytes at most`;
    throw new ConfigurationError(`${message}, not ${size}`);
  }
  const name = new TextEncoder().encode(backing?.name ?? '');
  const format = new TextEncoder().encode(backing?.format ?? '');
  // Header, one extension and the mark of their end.
  const nameOffset = HEADER_V3 + 8 + (backing ? 16 : 0);
  if (name.length > MOST_BACKING_NAME || nameOffset + name.length > clusterSize) {
    throw new ConfigurationError(`the backing file's name of ${name.length} bytes is too long`);
  }

  const perBlock = (clusterSize * 8) / 2 ** REFCOUNT_ORDER;
  const l1Clusters = Math.ceil((l1Size * 8) / clusterSize);
  let [blocks, tables] = [1, 1];
  const clusters = () => 1 + tables + blocks + l1Clusters;
  while (blocks * perBlock < clusters() || tables * (clusterSize / 8) < blocks) {
    if (blocks * perBlock < clusters()) blocks++;
    else tables++;
  }
  const tableOffset = clusterSize;
  const blocksOffset = tableOffset + tables * clusterSize;
  const l1Offset = blocksOffset + blocks * clusterSize;

  const metadata = new DataView(new ArrayBuffer(l1Offset - clusterSize));
  const counts = new DataView(metadata.buffer, blocksOffset - clusterSize);
  for (let block = 0; block < blocks; block++) {
    setU64(metadata, block * 8, blocksOffset + block * clusterSize);
  }
  for (let cluster = 0; cluster < clusters(); cluster++) {
    writeRefcount(counts, cluster, REFCOUNT_ORDER, 1);
  }

  const header = new DataView(new ArrayBuffer(nameOffset + name.length));
  header.setUint32(0, QCOW2_MAGIC);
  header.setUint32(4, 3);
  header.setUint32(20, clusterBits);
  setU64(header, 24, size);
  header.setUint32(36, l1Size);
  setU64(header, 40, l1Offset);
  setU64(header, 48, tableOffset);
  header.setUint32(56, tables);
  header.setUint32(96, REFCOUNT_ORDER);
  header.setUint32(100, HEADER_V3);
  if (backing !== undefined) {
    setU64(header, 8, nameOffset);
    header.setUint32(16, name.length);
    header.setUint32(HEADER_V3, BACKING_FORMAT_EXTENSION);
    header.setUint32(HEADER_V3 + 4, format.length);
    new Uint8Array(header.buffer).set(format, HEADER_V3 + 8);
    new Uint8Array(header.buffer).set(name, nameOffset);
  }

  await file.truncate(0);
  await file.truncate(clusters() * clusterSize);
  await file.write(tableOffset, new Uint8Array(metadata.buffer));
  await file.flush();
  // Last, so that a file with a header is an image.
  await file.write(0, new Uint8Array(header.buffer));
  await file.flush();
}
