/** The host's memory, and the guest-physical map: QEMU's `virt` board, as assembly/layout.ts has it. */
export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 4096;
export const PAGE_MASK = 4095;
/** Offset of a page's last halfword, and the bits that an instruction's offset has. */
export const LAST_HALFWORD = 0xffe;

/** Bytes between host layer and core. */
export const TRANSFER = 0x1_0000;
export const TRANSFER_SIZE = 0x1_0000;
/** The first frame that guests may have. */
export const FIRST_FRAME = (TRANSFER + TRANSFER_SIZE) / PAGE_SIZE;

export const FINISHER_BASE = 0x0010_0000;
export const RTC_BASE = 0x0010_1000;
export const VMGENID_BASE = 0x0010_2000;
export const CLINT_BASE = 0x0200_0000;
export const CLINT_SIZE = 0x1_0000;
export const PLIC_BASE = 0x0c00_0000;
export const PLIC_SIZE = 0x60_0000;
export const UART_BASE = 0x1000_0000;
export const VIRTIO_BASE = 0x1000_1000;
export const RAM_BASE = 0x8000_0000;

export const UART_IRQ = 10;
export const RTC_IRQ = 11;
export const VMGENID_IRQ = 12;
export const MAX_HARTS = 32;
/** Virtual time: so many steps of all harts make one tick. */
export const STEPS_PER_TICK = 100;
