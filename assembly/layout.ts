/**
 * The host's linear memory, one chain of named constants.
 *
 * ```
 * 0           the core's constants (data segments), below CONSTANTS_END
 * HOST        the host block: allocator heads, pools, the host's counters; TRANSLATOR, its state
 * TRANSFER    bytes on their way between the host layer and the core
 * SCRATCH_CODE one code page for instructions that no page can hold (exec/fetch)
 * FRAME_TABLE one record for each of 2^20 frames
 * CODE_POOL   decoded code, CODE_PAGES pages
 * CODE_BUFFER a module of translated regions; REGION_TABLE, their records; WORKSHOP, scratch
 * FRAMES      first allocatable frame: guest memory and control blocks, up to 4 GiB
 * ```
 * Untouched pages cost nothing, so the table and the pool are reserved at their full size.
 */
export const PAGE_SHIFT: u32 = 12;
export const PAGE_SIZE: u32 = 1 << PAGE_SHIFT;
export const PAGE_MASK: u32 = PAGE_SIZE - 1;

export const CONSTANTS_END: usize = 0x1_0000;
export const HOST: usize = CONSTANTS_END;
/** The translator's state, its queue and its batch (jit/state). */
export const TRANSLATOR: usize = HOST + 0x1000;
export const TRANSFER: usize = 0x2_0000;
export const TRANSFER_SIZE: u32 = 0x1_0000;

export const SCRATCH_CODE: usize = 0x3_0000;

export const FRAME_COUNT: u32 = 1 << 20;
export const FRAME_RECORD_SHIFT: u32 = 5;
export const FRAME_TABLE: usize = 0x10_0000;

/** 2,048 slots of 8 bytes, one a halfword; the page-end slots and the header; a counter of 16 bits a halfword. */
export const CODE_PAGE_SIZE: u32 = (2048 << 3) + 64 + 4096;
/** As many as 40 MiB hold: nearly 8 MiB of guest code; a Linux boot touches about 1,300. */
export const CODE_PAGES: u32 = 2040;
export const CODE_POOL: usize = FRAME_TABLE + ((<usize>FRAME_COUNT) << FRAME_RECORD_SHIFT);

/** One module of translated regions on its way to the host layer. */
export const CODE_BUFFER: usize = (CODE_POOL + CODE_PAGES * CODE_PAGE_SIZE + 0xffff) & ~0xffff;
export const CODE_BUFFER_SIZE: u32 = 0x10_0000;
/** Records of regions (jit/region). */
export const REGION_TABLE: usize = CODE_BUFFER + CODE_BUFFER_SIZE;
export const REGION_COUNT: u32 = 1 << 14;
export const REGION_RECORD_SHIFT: u32 = 6;
/** What the translator works with while it makes one region (jit/graph). */
export const WORKSHOP: usize = REGION_TABLE + ((<usize>REGION_COUNT) << REGION_RECORD_SHIFT);
export const WORKSHOP_SIZE: u32 = 0x4_0000;

export const FRAMES: usize = WORKSHOP + WORKSHOP_SIZE;
export const FIRST_FRAME: u32 = <u32>(FRAMES >> PAGE_SHIFT);

/** Guest-physical memory map: QEMU's `virt` board. */
export const FINISHER_BASE: u64 = 0x0010_0000;
export const RTC_BASE: u64 = 0x0010_1000;
export const VMGENID_BASE: u64 = 0x0010_2000;
export const CLINT_BASE: u64 = 0x0200_0000;
export const CLINT_SIZE: u64 = 0x1_0000;
export const PLIC_BASE: u64 = 0x0c00_0000;
export const PLIC_SIZE: u64 = 0x60_0000;
export const UART_BASE: u64 = 0x1000_0000;
export const RAM_BASE: u64 = 0x8000_0000;

export const UART_IRQ: u32 = 10;
export const RTC_IRQ: u32 = 11;
export const VMGENID_IRQ: u32 = 12;

export const MAX_HARTS: u32 = 32;
/** Timer ticks a second of `mtime` (Privileged 3.2.1), as QEMU's board has it. */
export const TIMEBASE: u64 = 10_000_000;
/** Virtual time: so many steps of all harts make one tick. */
export const STEPS_PER_TICK: u64 = 100;
