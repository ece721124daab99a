import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { X_NUMBERS } from '../../../isa/notation.js';
import { readVirtual } from '../../core/address-space.js';
import type { Core } from '../../core/core.js';
import type { GuestMemory } from '../../core/guest-memory.js';

const TP = X_NUMBERS.get('tp') ?? 4;
const SSCRATCH = CSR_NUMBERS.get('sscratch') ?? 0x140;
/** A task's name, with the zero behind it (Linux, TASK_COMM_LEN). */
const NAME_SIZE = 16;
/** The boot task's name; once harts have idle tasks of their own, "swapper/0". */
const BOOT_NAME = /swapper(\/0)?\0/;
/** No task_struct is larger. */
const TASK_SIZE = 16384;
const UPPER_HALF = 1n << 63n;
const SUPERVISOR = 1;

/** Tells which process a hart is in: Linux keeps its task in `tp`, and while in user space in `sscratch`. */
export class LinuxTasks {
  /** Bytes from a task's beginning to its name. */
  readonly #nameAt: bigint;

  private constructor(nameAt: bigint) {
    this.#nameAt = nameAt;
  }

  /**
   * Finds out where tasks have their names, by the one whose name is known.
   *
   * @param bootTask virtual address of `init_task`
   * @param satp of an address space in which the kernel runs
   */
  static find(ram: GuestMemory, satp: bigint, bootTask: bigint): LinuxTasks | undefined {
    let text = '';
    for (let at = bootTask; at < bootTask + BigInt(TASK_SIZE); ) {
      const length = Math.min(TASK_SIZE - text.length, 4096 - Number(at & 0xfffn));
      const bytes = readVirtual(ram, { privilege: SUPERVISOR, root: satp }, at, length);
      if (bytes === undefined) break;
      text += String.fromCharCode(...bytes);
      at += BigInt(length);
    }
    const at = text.search(BOOT_NAME);
    return at < 0 ? undefined : new LinuxTasks(BigInt(at));
  }

  /** The name of the task that a hart was in before the step that it took last; undefined if unknown. */
  nameOf(
    core: Core,
    vm: number,
    ram: GuestMemory,
    hart: { readonly index: number; readonly privilege: number; readonly satp: bigint },
  ): string | undefined {
    const task =
      hart.privilege === SUPERVISOR
        ? core.register(vm, hart.index, TP)
        : BigInt.asUintN(64, core.exports.hartCsr(vm, hart.index, SSCRATCH));
    if (task < UPPER_HALF) return undefined;
    const at = task + this.#nameAt;
    // A name that crosses a page is read as far as the page goes.
    const length = Math.min(NAME_SIZE, 4096 - Number(at & 0xfffn));
    const bytes = readVirtual(ram, { privilege: SUPERVISOR, root: hart.satp }, at, length);
    const end = bytes?.indexOf(0) ?? -1;
    if (bytes === undefined || end <= 0) return undefined;
    const name = String.fromCharCode(...bytes.subarray(0, end));
    return /^[ -~]+$/.test(name) ? name : undefined;
  }
}
