/** A kernel and its initramfs, ready to boot. */
export interface GuestImage {
  readonly name: string;
  /** A riscv64 Linux Image. */
  readonly kernel: Uint8Array;
  /** A cpio archive, not compressed: a guest would spend more on unpacking than the host on reading. */
  readonly initrd: Uint8Array;
  /** A cpio archive to stand behind the initrd, for a machine with disks: ext4, loaded on demand. */
  readonly fileSystems: () => Promise<Uint8Array>;
  /** The kernel's command line. */
  readonly append: string;
  /** The kernel's release, as `uname -r` says it. */
  readonly release: string;
}

/** How far a long step is; `done` and `total` are bytes. The last report of a step has them equal. */
export interface GuestProgress {
  readonly step: 'download' | 'unpack';
  /** The file or package that is being worked on. */
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Told of progress as often as data arrives. */
export type ReportProgress = (progress: GuestProgress) => void;
