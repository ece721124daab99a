/** virtio-mmio registers, version 2 (VIRTIO 1.2 §4.2.2). */
export const Register = {
  Magic: 0x000,
  Version: 0x004,
  DeviceId: 0x008,
  VendorId: 0x00c,
  DeviceFeatures: 0x010,
  DeviceFeaturesSelect: 0x014,
  DriverFeatures: 0x020,
  DriverFeaturesSelect: 0x024,
  QueueSelect: 0x030,
  QueueSizeMost: 0x034,
  QueueSize: 0x038,
  QueueReady: 0x044,
  QueueNotify: 0x050,
  InterruptStatus: 0x060,
  InterruptAck: 0x064,
  Status: 0x070,
  DescriptorsLow: 0x080,
  DescriptorsHigh: 0x084,
  AvailableLow: 0x090,
  AvailableHigh: 0x094,
  UsedLow: 0x0a0,
  UsedHigh: 0x0a4,
  SharedMemorySelect: 0x0ac,
  SharedMemoryLengthLow: 0x0b0,
  SharedMemoryLengthHigh: 0x0b4,
  SharedMemoryBaseLow: 0x0b8,
  SharedMemoryBaseHigh: 0x0bc,
  ConfigGeneration: 0x0fc,
  Config: 0x100,
} as const;

/** Device status (VIRTIO 1.2 §2.1). */
export const Status = {
  Acknowledge: 1,
  Driver: 2,
  DriverOk: 4,
  FeaturesOk: 8,
  NeedsReset: 64,
  Failed: 128,
} as const;

/** Bits of InterruptStatus. */
export const Interrupt = { UsedBuffer: 1, ConfigChange: 2 } as const;

/** Feature bits of transport and rings (VIRTIO 1.2 §6). */
export const INDIRECT_DESC = 1n << 28n;
export const EVENT_IDX = 1n << 29n;
export const VERSION_1 = 1n << 32n;

/** The slots of QEMU's `virt` board: a page each, interrupts from 1 on. */
export const slotBase = (slot: number): bigint => 0x1000_1000n + BigInt(slot) * 0x1000n;
export const slotIrq = (slot: number): number => 1 + slot;
