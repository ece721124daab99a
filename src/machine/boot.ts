import { RAM_BASE } from '../core/abi.js';
import { ImageError } from '../core/errors.js';
import { type BoardOptions, boardBlob } from './board.js';
import { requireLinuxCapable } from './cpu-model.js';
import { type ElfProgram, parseElf } from './elf.js';
import type { CodeSymbol } from './elf-symbols.js';
import { planFirmware } from './firmware.js';
import { parseKernelImage } from './kernel-image.js';
import { formatMemorySize } from './memory-size.js';
import { alignDown, alignUp, checkCommandLine, PAGE } from './placement.js';

/** Bytes that lie somewhere in RAM when a VM starts. */
export interface PlacedBytes {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** All that a VM needs to start: what stands in RAM, and where its harts begin. */
export interface BootPlan {
  readonly contents: readonly PlacedBytes[];
  /** Gets the contents of a plan that is kept elsewhere, and has none in `contents`. */
  readonly load?: () => Promise<readonly PlacedBytes[]>;
  readonly entry: bigint;
  /** Guest-physical address of the device tree, in a1 at the start. */
  readonly tree: bigint;
  /** Bare programs and firmware begin in M-mode on all harts; kernels in S-mode on the first. */
  readonly machineMode: boolean;
  readonly symbols: ReadonlyMap<string, bigint>;
  /** Functions of a bare program or of firmware, if their files name them. */
  readonly functions: readonly CodeSymbol[];
  /** In a2 at the start: where firmware finds what to start next. */
  readonly nextStage?: bigint;
}

/** A Linux kernel, started in S-mode with the core's own SBI. */
export interface KernelImages {
  readonly kernel: Uint8Array;
  readonly initrd?: Uint8Array;
  readonly append?: string;
}

/** Firmware with what it is to start. */
export interface FirmwareImages {
  readonly firmware: Uint8Array;
  readonly kernel?: Uint8Array;
  readonly initrd?: Uint8Array;
  readonly append?: string;
}

/** What to start: a Linux kernel, a bare program, or firmware. */
export type BootImages = KernelImages | { readonly bare: Uint8Array } | FirmwareImages;

/** Linux maps its early page tables by 2 MiB; a tree within one such piece is always reached. */
const TREE_ALIGNMENT = 0x1_0000n;

/**
 * Places images and device tree in RAM: the kernel at its text offset, the tree at the end of RAM, the
 * initrd right below the tree. With firmware the places are others (firmware.ts).
 *
 * @throws ImageError for a file of the wrong kind, or one that does not fit.
 */
export function planBoot(images: BootImages, board: BoardOptions): BootPlan {
  if ('bare' in images) return planBare(images.bare, board);
  return 'firmware' in images ? planFirmware(images, board) : planKernel(images, board);
}

function placeTree(board: BoardOptions): PlacedBytes {
  const bytes = boardBlob(board);
  const end = RAM_BASE + BigInt(board.memory);
  return { address: alignDown(end - BigInt(bytes.length), TREE_ALIGNMENT), bytes };
}

function planKernel(images: KernelImages, board: BoardOptions): BootPlan {
  requireLinuxCapable(board.cpu);
  const kernel = parseKernelImage(images.kernel);
  const bootargs = images.append ?? '';
  checkCommandLine(bootargs);
  const entry = RAM_BASE + BigInt(kernel.textOffset);
  const size = Math.max(kernel.imageSize, kernel.bytes.length);
  const kernelEnd = alignUp(entry + BigInt(size), PAGE);
  const ram = formatMemorySize(board.memory);

  // The tree names the initrd's place, which depends on the tree's size: twice, with as many cells.
  const initrd = images.initrd;
  const withInitrd = (start: bigint, end: bigint): BoardOptions =>
    initrd === undefined ? { ...board, bootargs } : { ...board, bootargs, initrd: { start, end } };
  const treeAt = placeTree(withInitrd(0n, 0n)).address;
  const start = alignDown(treeAt - BigInt(initrd?.length ?? 0), PAGE);
  const tree = placeTree(withInitrd(start, start + BigInt(initrd?.length ?? 0)));

  if (kernelEnd > tree.address) {
    throw new ImageError(
      `the kernel needs ${Math.ceil(Number(kernelEnd - RAM_BASE) / 2 ** 20)}M of RAM; the VM has ${ram}`,
    );
  }
  if (start < kernelEnd) {
    const size = Math.ceil((initrd?.length ?? 0) / 2 ** 20);
    const room = Math.max(0, Math.floor(Number(tree.address - kernelEnd) / 2 ** 20));
    throw new ImageError(
      `the initrd (${size}M) is too large: beside the kernel, ${room}M of the VM's ${ram} are left`,
    );
  }
  const contents: PlacedBytes[] = [{ address: entry, bytes: kernel.bytes }, tree];
  if (initrd !== undefined) contents.push({ address: start, bytes: initrd });
  return {
    contents,
    entry,
    tree: tree.address,
    machineMode: false,
    symbols: new Map(),
    functions: [],
  };
}

function planBare(bytes: Uint8Array, board: BoardOptions): BootPlan {
  const program: ElfProgram = parseElf(bytes);
  const tree = placeTree(board);
  const end = RAM_BASE + BigInt(board.memory);
  for (const segment of program.segments) {
    const last = segment.address + BigInt(segment.size);
    const range = `0x${segment.address.toString(16)} to 0x${last.toString(16)}`;
    if (segment.address < RAM_BASE || last > end) {
      throw new ImageError(
        `the program has a segment at ${range}, outside of the VM's RAM ` +
          `(0x${RAM_BASE.toString(16)} to 0x${end.toString(16)})`,
      );
    }
    if (last > tree.address) {
      throw new ImageError(`the program's segment at ${range} leaves no room for the device tree`);
    }
  }
  return {
    contents: [...program.segments, tree],
    entry: program.entry,
    tree: tree.address,
    machineMode: true,
    symbols: program.symbols,
    functions: program.functions,
  };
}
