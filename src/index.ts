/** What both doors export; what is not here is private. */
export type { Regime } from './core/abi.js';
export {
  AgentError,
  ConfigurationError,
  DebugError,
  DiskError,
  GuestFileError,
  HartwoodError,
  ImageError,
  InternalError,
  MemoryShortageError,
  SnapshotError,
  VmStoppedError,
  VmTimeoutError,
} from './core/errors.js';
export type { ExitName } from './core/exit-reason.js';
export type { GuestMemory } from './core/guest-memory.js';
export type { JsonObject, JsonValue } from './core/json.js';
export type { TranslationCounters } from './core/translate/counters.js';
export type { Linking, RegionImports } from './core/translate/linking.js';
export type { Translation } from './core/translate/translation.js';
export { type DebugTarget, GdbSession } from './debug/session.js';
export type { AddressNames } from './debug/symbol-address.js';
export { GuestError, type GuestErrorCode } from './guest/errors.js';
export type { GuestImage, GuestProgress, ReportProgress } from './guest/image.js';
export type { LockstepOptions } from './lockstep/options.js';
export type {
  ConsoleDifference,
  Culprit,
  Deed,
  Difference,
  EngineFigures,
  LockstepProgress,
  LockstepResult,
  MemoryDifference,
  ValueDifference,
} from './lockstep/result.js';
export type { LockstepSpec } from './lockstep/runner.js';
export { type Disk, type Extent, SECTOR_SIZE } from './machine/disk.js';
export type { ConsolePort } from './machine/virtio/console-port.js';
export type { VirtioDevice, VirtioRequest, VirtioTransport } from './machine/virtio/device.js';
export type { Profile } from './profile/profile.js';
export type { ProfileOptions, Profiler } from './profile/profiler.js';
export { startProfile } from './profile/start.js';
export { parseSymbols, type Symbols } from './profile/symbol-file.js';
export type { Collected } from './snapshot/collect.js';
export type { Retention } from './snapshot/retention.js';
export type {
  SnapshotDiskInfo,
  SnapshotHead,
  SnapshotInfo,
  SnapshotProgress,
} from './snapshot/snapshot-info.js';
export type { PageRun, PagesAround, SnapshotReader } from './snapshot/snapshot-reader.js';
export type { SnapshotStore } from './snapshot/snapshot-store.js';
export type { SnapshotWriter } from './snapshot/snapshot-writer.js';
export type { VerifyOptions, VerifyReport } from './snapshot/verify.js';
export type { ByteFile } from './storage/byte-file.js';
export { type DriveSpec, parseDriveSpec } from './storage/drive-spec.js';
export { MemoryDisk } from './storage/memory-disk.js';
export {
  type ImageFormat,
  type OpenImageOptions,
  openImage,
  type ResolveBacking,
} from './storage/open-image.js';
export { OverlayDisk, type OverlayOptions } from './storage/overlay-disk.js';
export { type CreateQcow2Options, createQcow2 } from './storage/qcow2/create.js';
export { type AgentConnection, type AgentLine, connectAgent } from './vm/agent/connect.js';
export type { ExecOptions, ExecResult } from './vm/agent/exec.js';
export type { DirectoryEntry, FileStat, FileType } from './vm/agent/file-records.js';
export type { Files, StatOptions, WriteOptions } from './vm/agent/files.js';
export type { Input } from './vm/agent/input.js';
export type { GuestProcess, SpawnOptions } from './vm/agent/process.js';
export type { TreeEntry } from './vm/agent/tree.js';
export type { Console } from './vm/console.js';
export type { Debugger, HartActivity, Watchpoint } from './vm/debugger.js';
export type { VmFigures, VmState } from './vm/figures.js';
export type { MachineCounts } from './vm/guest-machine.js';
export type { Arrival, DebugStop } from './vm/hold.js';
export type { HostOptions } from './vm/host.js';
export type { Identity } from './vm/identity.js';
export type { FetchOptions } from './vm/platform.js';
export type { GuestExits, RegimeFigures } from './vm/regime-figures.js';
export type { Region, RegionInstruction, RegionOptions, RegionPart } from './vm/region/region.js';
export type { BareGuest, FirmwareGuest, KernelGuest, VmSpec } from './vm/spec.js';
export type { StopKind, StopReason } from './vm/stop-reason.js';
export type { VmSummary } from './vm/summary.js';
export type { TranslationFigures } from './vm/translation-figures.js';
export type { Vm } from './vm/vm.js';
export type { WaitOptions } from './vm/waits.js';
export type { AddressTranslation } from './vm/walk/address-translation.js';
export type { EntryFlags, TableEntry } from './vm/walk/table-entry.js';
export type { Access, Walk, WalkOptions, WalkOutcome } from './vm/walk/walk.js';
