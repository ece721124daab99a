/**
 * A virtio-mmio transport without a device behind it (VIRTIO 1.2 §4.2.2): drivers recognize the
 * transport, read DeviceID 0 and leave it alone. Writes are ignored.
 */

/** Registers and configuration space, as QEMU maps them. */
export const EMPTY_SLOT_WINDOW: u32 = 0x200;

const MAGIC_VALUE: u32 = 0x000;
const VERSION: u32 = 0x004;

/** Reads the register at `offset`; all but the first two are 0. */
export function emptySlotLoad(offset: u32): u64 {
  if (offset === MAGIC_VALUE) return 0x7472_6976; // "virt", little-endian
  if (offset === VERSION) return 2;
  return 0;
}
