/**
 * Starting a machine by M-mode firmware, as QEMU's `virt` board does it with `-bios`.
 *
 * ```
 * 0x8000_0000  the firmware, where all harts begin
 * 0x8020_0000  the kernel: where OpenSBI's FW_JUMP jumps to
 * 0x8220_0000  where FW_JUMP moves the device tree
 * half of RAM  the initrd, or higher up if the kernel is large, or below the tree if it is large itself
 * end of RAM   the device tree, with room to grow; last the record for FW_DYNAMIC (next-stage.ts)
 * ```
 * Programs that move themselves to the end of RAM, as U-Boot does, thus find the initrd out of their
 * way; they copy the tree before they overwrite it.
 */
import { hasExtensions } from '../../isa/extensions.js';
import { RAM_BASE } from '../core/abi.js';
import { ConfigurationError, ImageError } from '../core/errors.js';
import { type BoardOptions, boardBlob } from './board.js';
import type { BootPlan, FirmwareImages, PlacedBytes } from './boot.js';
import { requireLinuxCapable } from './cpu-model.js';
import { isKernelImage, parseKernelImage } from './kernel-image.js';
import { formatMemorySize } from './memory-size.js';
import { nextStageRecord } from './next-stage.js';
import { alignDown, alignUp, checkCommandLine, PAGE } from './placement.js';
import { type Program, placeProgram } from './program.js';

const KERNEL_AT = RAM_BASE + 0x20_0000n;
/** FW_JUMP's copy of the tree, and as much behind it as a tree may take. */
const MOVED_TREE_END = RAM_BASE + 0x220_0000n + 0x1_0000n;
/** QEMU leaves the kernel half of RAM, but not more than this, below the initrd. */
const MOST_BELOW_INITRD = 512 << 20;
const TREE_ALIGNMENT = 0x1_0000n;
/** OpenSBI adds nodes to the tree in its place: what memory and which devices it keeps to itself. */
const TREE_ROOM = 0x4000n;

/**
 * Places firmware, and what it is to start, in RAM.
 *
 * @throws ImageError for a file of the wrong kind, or one that does not fit; ConfigurationError for a
 * CPU model without the modes that a kernel needs.
 */
export function planFirmware(images: FirmwareImages, board: BoardOptions): BootPlan {
  const firmware = placeProgram(images.firmware, 'the firmware', RAM_BASE);
  const kernel = images.kernel === undefined ? undefined : placeKernel(images.kernel, board);
  const { initrd, append } = images;
  if (append !== undefined) checkCommandLine(append);

  const record: PlacedBytes = {
    address: RAM_BASE + BigInt(board.memory) - PAGE,
    bytes: nextStageRecord(kernel?.entry ?? 0n),
  };
  const treeFor = (start: bigint): PlacedBytes => {
    const end = start + BigInt(initrd?.length ?? 0);
    const bytes = boardBlob({
      ...board,
      ...(append === undefined ? {} : { bootargs: append }),
      ...(initrd === undefined ? {} : { initrd: { start, end } }),
    });
    const last = record.address - TREE_ROOM - BigInt(bytes.length);
    return { address: alignDown(last, TREE_ALIGNMENT), bytes };
  };
  // The tree names the initrd's place, which depends on the tree's size: twice, with as many cells.
  let tree = treeFor(0n);
  checkPrograms(firmware, kernel, tree.address, board);
  const contents = [...firmware.contents, ...(kernel?.contents ?? [])];
  if (initrd !== undefined) {
    const start = placeInitrd(initrd, kernel?.end ?? firmware.end, tree.address, board);
    tree = treeFor(start);
    contents.push({ address: start, bytes: initrd });
  }
  return {
    contents: [...contents, tree, record],
    entry: firmware.entry,
    tree: tree.address,
    machineMode: true,
    symbols: new Map(),
    functions: [...firmware.functions, ...(kernel?.functions ?? [])],
    nextStage: record.address,
  };
}

/** The kernel, or whatever else the firmware is to start: a Linux Image, an ELF file or raw code. */
function placeKernel(bytes: Uint8Array, board: BoardOptions): Program {
  if (!isKernelImage(bytes)) return placeProgram(bytes, 'the kernel', KERNEL_AT);
  requireLinuxCapable(board.cpu);
  const { imageSize } = parseKernelImage(bytes);
  const end = KERNEL_AT + BigInt(Math.max(imageSize, bytes.length));
  return {
    contents: [{ address: KERNEL_AT, bytes }],
    start: KERNEL_AT,
    end,
    entry: KERNEL_AT,
    functions: [],
  };
}

function checkPrograms(
  firmware: Program,
  kernel: Program | undefined,
  limit: bigint,
  board: BoardOptions,
): void {
  const ram = formatMemorySize(board.memory);
  const programs: [name: string, program: Program][] = [['firmware', firmware]];
  if (kernel !== undefined) programs.push(['kernel', kernel]);
  for (const [name, { start, end }] of programs) {
    if (start < RAM_BASE) {
      throw new ImageError(`the ${name} wants to be at ${hex(start)}; RAM is at ${hex(RAM_BASE)}`);
    }
    if (end > limit) {
      const needed = Math.ceil(Number(end - RAM_BASE) / 2 ** 20);
      throw new ImageError(
        `the ${name} needs ${needed}M of RAM, and the device tree some behind it; the VM has ${ram}`,
      );
    }
  }
  if (kernel !== undefined && firmware.end > kernel.start && kernel.end > firmware.start) {
    throw new ImageError(
      `the firmware reaches from ${hex(firmware.start)} to ${hex(firmware.end)}, ` +
        `over the kernel at ${hex(kernel.start)}`,
    );
  }
  if (kernel !== undefined && !hasExtensions(board.cpu.extensions, ['S'])) {
    throw new ConfigurationError(
      `firmware starts its kernel in S-mode, which CPU model '${board.cpu.name}' switches off`,
    );
  }
}

function placeInitrd(
  initrd: Uint8Array,
  programEnd: bigint,
  limit: bigint,
  board: BoardOptions,
): bigint {
  const size = BigInt(initrd.length);
  let lowest = alignUp(programEnd, PAGE);
  if (lowest < MOVED_TREE_END) lowest = MOVED_TREE_END;
  let start = alignDown(KERNEL_AT + BigInt(Math.min(board.memory / 2, MOST_BELOW_INITRD)), PAGE);
  const highest = alignDown(limit - size, PAGE);
  if (highest < lowest) {
    const asked = Math.ceil(initrd.length / 2 ** 20);
    const room = Math.max(0, Math.floor(Number(limit - lowest) / 2 ** 20));
    throw new ImageError(
      `the initrd (${asked}M) is too large: beside firmware and kernel, ${room}M of the VM's ` +
        `${formatMemorySize(board.memory)} are left`,
    );
  }
  if (start < lowest) start = lowest;
  if (start > highest) start = highest;
  return start;
}

const hex = (address: bigint) => `0x${address.toString(16)}`;
