/** What a block device and its driver say to each other (VIRTIO 1.2 §5.2). */
import { Struct } from '../struct.js';

/** Device type (§5). */
export const BLOCK_TYPE = 2;

/** Feature bits (§5.2.3). */
export const Feature = {
  SegMax: 1n << 2n,
  ReadOnly: 1n << 5n,
  BlockSize: 1n << 6n,
  Flush: 1n << 9n,
  Topology: 1n << 10n,
  MultiQueue: 1n << 12n,
  Discard: 1n << 13n,
  WriteZeroes: 1n << 14n,
} as const;

/** The configuration space (§5.2.4), as far as the features above give it a meaning. */
export const Config = new Struct({
  capacity: 8,
  sizeMax: 4,
  segMax: 4,
  cylinders: 2,
  heads: 1,
  sectors: 1,
  blockSize: 4,
  physicalBlockExponent: 1,
  alignmentOffset: 1,
  minIoSize: 2,
  optIoSize: 4,
  writeback: 1,
  unused0: 1,
  queues: 2,
  maxDiscardSectors: 4,
  maxDiscardSegments: 4,
  discardSectorAlignment: 4,
  maxWriteZeroesSectors: 4,
  maxWriteZeroesSegments: 4,
  writeZeroesMayUnmap: 1,
  unused1: 1,
  unused2: 2,
});

/** What a request begins with (§5.2.6). */
export const Header = new Struct({ type: 4, reserved: 4, sector: 8 });

/** One range of a discard or write-zeroes request (§5.2.6). */
export const Segment = new Struct({ sector: 8, sectors: 4, flags: 4 });
export const FLAG_UNMAP = 1;

/** Request types (§5.2.6). */
export const Type = { In: 0, Out: 1, Flush: 4, GetId: 8, Discard: 11, WriteZeroes: 13 } as const;

/** A request's last writable byte (§5.2.6). */
export const Status = { Ok: 0, IoError: 1, Unsupported: 2 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Bytes that GET_ID answers with, padded with zeros (§5.2.6). */
export const ID_SIZE = 20;
