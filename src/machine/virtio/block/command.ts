import { type Disk, SECTOR_SIZE } from '../../disk.js';
import type { VirtioRequest } from '../device.js';
import { FLAG_UNMAP, Header, Segment, Status, Type } from './protocol.js';

/** Bytes of a disk. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** What a request asks for, checked: every range lies inside of the disk. */
export type Command =
  | ({ readonly kind: 'read' | 'write' } & Range)
  | { readonly kind: 'flush' | 'identify' }
  | { readonly kind: 'discard'; readonly ranges: readonly Range[] }
  | { readonly kind: 'writeZeroes'; readonly ranges: readonly (Range & { unmap: boolean })[] }
  | { readonly kind: 'refused'; readonly status: Status };

/** What a driver may ask of one discard or write-zeroes request; announced in the configuration. */
export const Limit = {
  discardSegments: 32,
  /** 2 GiB: it is a hint, which costs little. */
  discardSectors: 2 ** 22,
  writeZeroesSegments: 8,
  /** 64 MiB: a disk may have to write them. */
  writeZeroesSectors: 2 ** 17,
} as const;

const IO_ERROR: Command = { kind: 'refused', status: Status.IoError };
const UNSUPPORTED: Command = { kind: 'refused', status: Status.Unsupported };

/**
 * Reads and checks a request (VIRTIO 1.2 §5.2.6), without touching the disk. The request must have a
 * writable byte for its status. All segments of a request are checked before any takes effect.
 */
export function parseCommand(request: VirtioRequest, disk: Disk): Command {
  if (request.readable < Header.size) return IO_ERROR;
  const { type, sector } = Header.decode(request.read(0, Header.size));
  const sent = request.readable - Header.size;
  switch (type) {
    case Type.In:
      return transfer('read', sector, request.writable - 1, disk);
    case Type.Out:
      return disk.readOnly ? IO_ERROR : transfer('write', sector, sent, disk);
    case Type.Flush:
      return { kind: 'flush' };
    case Type.GetId:
      return { kind: 'identify' };
    case Type.Discard:
    case Type.WriteZeroes:
      return disk.readOnly ? IO_ERROR : segments(type, request, sent, disk);
    default:
      return UNSUPPORTED;
  }
}

function transfer(kind: 'read' | 'write', sector: number, length: number, disk: Disk): Command {
  if (length % SECTOR_SIZE !== 0 || !fits(sector, length / SECTOR_SIZE, disk)) return IO_ERROR;
  return { kind, offset: sector * SECTOR_SIZE, length };
}

function segments(type: number, request: VirtioRequest, length: number, disk: Disk): Command {
  const discard = type === Type.Discard;
  const [most, mostSectors] = discard
    ? [Limit.discardSegments, Limit.discardSectors]
    : [Limit.writeZeroesSegments, Limit.writeZeroesSectors];
  if (length === 0 || length % Segment.size !== 0 || length > most * Segment.size) return IO_ERROR;
  const bytes = request.read(Header.size, length);
  const ranges: (Range & { unmap: boolean })[] = [];
  for (let at = 0; at < length; at += Segment.size) {
    const { sector, sectors, flags } = Segment.decode(bytes, at);
    // A discard has no flags; write-zeroes has one (§5.2.6.2).
    if ((flags & ~(discard ? 0 : FLAG_UNMAP)) !== 0) return UNSUPPORTED;
    if (sectors > mostSectors || !fits(sector, sectors, disk)) return IO_ERROR;
    ranges.push({
      offset: sector * SECTOR_SIZE,
      length: sectors * SECTOR_SIZE,
      unmap: flags === FLAG_UNMAP,
    });
  }
  return { kind: discard ? 'discard' : 'writeZeroes', ranges };
}

/** Compared so that nothing overflows: a driver's `sector` may be near 2^64. */
const fits = (sector: number, sectors: number, disk: Disk) =>
  sector <= disk.size / SECTOR_SIZE - sectors;
