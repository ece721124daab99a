/** A kernel and its initramfs, ready to boot. */
export interface GuestImage {
  readonly name: string;
  /** A riscv64 Linux Image. */
  readonly kernel: Uint8Array;
  /** A cpio archive, not compressed: a guest would spend more on unpacking than the host on reading. */
  readonly initrd: Uint8Array;
  /**
   * A cpio archive to stand behind the initrd of a machine with disks or with the hypervisor extension: ext4
   * and KVM, and the lists by which `modprobe` finds them.
   */
  readonly modulesOnDemand: () => Promise<Uint8Array>;
  /** The kernel's command line. */
  readonly append: string;
  /** The kernel's release, as `uname -r` says it. */
  readonly release: string;
}

/** How far a long step is. The last report of a step has `done` and `total` equal. */
export interface GuestProgress {
  readonly step: 'download' | 'unpack' | 'format' | 'install' | 'configure' | 'finish';
  /** The file or package that is being worked on, or all of them. */
  readonly what: string;
  /** Which of several it is. */
  readonly item?: string;
  /** Bytes; packages where the step is to configure them; nothing (0) for steps that only begin. */
  readonly done: number;
  readonly total: number;
}

/** Told of progress as often as data arrives. */
export type ReportProgress = (progress: GuestProgress) => void;
