/**
 * What went wrong, by kind. A message is one line that names the thing and the value that was wrong
 * and what would be right; `code` is stable and meant for programs.
 */
export class HartwoodError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** An option or a specification that cannot be right: size, count, CPU model, combination. */
export class ConfigurationError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('configuration', message, options);
  }
}

/** A kernel, initrd or ELF file that is foreign, truncated, or does not fit. */
export class ImageError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('image', message, options);
  }
}

/** The host has no frame left for what was asked. */
export class MemoryShortageError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('memory', message, options);
  }
}

/** The VM stopped, or was never started, while somebody waited for it to do something. */
export class VmStoppedError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('stopped', message, options);
  }
}

/** A wait ended at its time limit; the VM goes on. */
export class VmTimeoutError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('timeout', message, options);
  }
}

/** The guest's agent refused a command or broke its protocol. */
export class AgentError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('agent', message, options);
  }
}

/** A file in the guest cannot be read, written or told about. */
export class GuestFileError extends HartwoodError {
  /** The guest's reason by its name in Linux: 'ENOENT'. */
  readonly errno: string;

  constructor(errno: string, message: string, options?: { cause?: unknown }) {
    super('guest-file', message, options);
    this.errno = errno;
  }
}

/** What went wrong with a disk; the code is `disk-` and one of these words. */
export type DiskErrorKind =
  /** The file or image is not there, cannot be opened, or is no file that can be a disk. */
  | 'unavailable'
  /** An image that is damaged, or of a format or version that is not understood. */
  | 'format'
  /** A change of a disk that was opened for reading. */
  | 'read-only'
  /** No room for what is to be written. */
  | 'full'
  /** Reading or writing failed. */
  | 'io';

/** A disk that cannot be opened, or failed at what was asked. */
export class DiskError extends HartwoodError {
  constructor(kind: DiskErrorKind, message: string, options?: { cause?: unknown }) {
    super(`disk-${kind}`, message, options);
  }
}

/** What went wrong with a snapshot; the code is `snapshot-` and one of these words. */
export type SnapshotErrorKind =
  /** What is stored is not what was written: cut, altered, or something else. */
  | 'damaged'
  /** There is no such snapshot, or something that one needs is gone. */
  | 'missing'
  /** A format, a field or a machine that this version does not know. */
  | 'version'
  /** The store cannot be read or written. */
  | 'store'
  /** Somebody else works on it, or the VM's devices did not come to rest. */
  | 'busy';

/** A snapshot that cannot be taken, read or restored; a VM that it was to be taken of runs on. */
export class SnapshotError extends HartwoodError {
  constructor(kind: SnapshotErrorKind, message: string, options?: { cause?: unknown }) {
    super(`snapshot-${kind}`, message, options);
  }
}

/** A register, address or step that a debugger asked for and that there is not. */
export class DebugError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('debug', message, options);
  }
}

/** The core found its own state broken; a fault of this project, never of the guest. */
export class InternalError extends HartwoodError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('internal', message, options);
  }
}
