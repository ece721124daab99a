import type { JsonObject } from '../core/json.js';

/** A disk of a machine, as its snapshot knows it. */
export interface SnapshotDiskInfo {
  /** Bytes. */
  readonly size: number;
  /** Pages of 4 KiB with content in the snapshot. */
  readonly blocks: number;
  /** Whether its content is in the snapshot, or whoever restores it gives the disk. */
  readonly kind: 'stored' | 'given';
}

/** What the one who takes a snapshot says about it. */
export interface SnapshotHead {
  readonly name?: string;
  /** The id of the snapshot before it, in this store or another. */
  readonly parent?: string;
  /** When it was taken: milliseconds since 1970. */
  readonly time: number;
  /** RAM in bytes. */
  readonly memory: number;
  readonly cpus: number;
  /** The CPU model in words: `rv64,h=on`. */
  readonly cpu: string;
  readonly disks: readonly SnapshotDiskInfo[];
  /** Whatever else restoring needs; the store does not look into it. */
  readonly machine: JsonObject;
}

/** What a store knows of a snapshot without reading its pages. */
export interface SnapshotInfo {
  /** 32 hexadecimal digits: made of all that was saved, so the same in every store. */
  readonly id: string;
  readonly name?: string;
  readonly parent?: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly formatVersion: number;
  /** Bytes of RAM. */
  readonly memory: number;
  readonly cpus: number;
  readonly cpu: string;
  /** Pages of 4 KiB with content, memory and disks together. */
  readonly pages: number;
  /** Those that the store did not have before. */
  readonly newPages: number;
  /** What it added to the store. */
  readonly bytes: number;
  readonly disks: readonly SnapshotDiskInfo[];
}

/** Told now and then how far something is, in pages. */
export type SnapshotProgress = (done: number, total: number) => void;
