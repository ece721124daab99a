import { RAM_BASE } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from '../core/machine.js';

/** An access to a device: a store if it has a value, else a load. */
export interface Access {
  readonly address: bigint;
  readonly width: 1 | 2 | 4 | 8;
  readonly value?: bigint;
}

/** What became of an access: the value read, and the cause of the trap it ended in. */
export interface Accessed {
  readonly value: bigint;
  readonly trap: number | undefined;
}

/** The list of accesses that the program executes, and the word that it stores when it is done. */
const LIST = RAM_BASE + 0x1000n;
const RECORD = 32;
const MOST_RECORDS = 256;
const DONE = RAM_BASE + 0x4000n;
/** RAM from here on is the test's. */
export const FREE = RAM_BASE + 0x8000n;

/** Each access has two instructions of a table; operation 0 ends the list. */
const TABLE = ['lbu', 'lhu', 'lwu', 'ld', 'sb', 'sh', 'sw', 'sd'];
const OPERATION_SIZE = 8;

const PROGRAM = `
      la t0, trapped
      csrw mtvec, t0
      li s1, ${LIST}
      li s2, ${DONE}
batch: mv s0, s1
next: ld t1, 0(s0)
      beqz t1, done
      ld t2, 8(s0)
      ld t3, 16(s0)
      sd zero, 24(s0)
      la t4, table
      add t4, t4, t1
      jr t4
table: nop
      nop
      ${TABLE.map((name) => `${name} t3, 0(t2)\n j after`).join('\n')}
after: sd t3, 16(s0)
      addi s0, s0, ${RECORD}
      j next
done: sd t1, 0(s2)
      j batch
.balign 4
trapped: csrr t4, mcause
      addi t4, t4, 1
      sd t4, 24(s0)
      addi s0, s0, ${RECORD}
      j next`;

export interface MmioGuestOptions {
  readonly core?: Core;
  readonly memory?: number;
  readonly harts?: number;
}

/**
 * A guest that makes the accesses to device registers which a test asks for, with instructions of its
 * own: nothing reaches a device by another way than a real driver's.
 */
export class MmioGuest {
  readonly machine: Machine;
  /** Called whenever the run ended because a device wants its back end. */
  onDoorbell: () => void = () => {};
  /** How often that happened. */
  doorbells = 0;
  readonly #list = new Uint8Array(RECORD * (MOST_RECORDS + 1));
  readonly #view = new DataView(this.#list.buffer);

  private constructor(machine: Machine) {
    this.machine = machine;
  }

  static async create(options: MmioGuestOptions = {}): Promise<MmioGuest> {
    const machine = await Machine.create(PROGRAM, { memory: 4 << 20, started: 1, ...options });
    machine.core.exports.vmWatchToHost(machine.vm, DONE);
    return new MmioGuest(machine);
  }

  /**
   * Makes the accesses in their order.
   *
   * @throws Error if the guest ends otherwise than by having made them
   */
  perform(accesses: readonly Access[]): Accessed[] {
    const results: Accessed[] = [];
    for (let first = 0; first < accesses.length; first += MOST_RECORDS) {
      results.push(...this.#batch(accesses.slice(first, first + MOST_RECORDS)));
    }
    return results;
  }

  /** The same, where nobody asks what became of them. */
  storeAll(accesses: readonly Access[]): void {
    for (let first = 0; first < accesses.length; first += MOST_RECORDS) {
      this.#execute(accesses.slice(first, first + MOST_RECORDS));
    }
  }

  #execute(accesses: readonly Access[]): void {
    const view = this.#view;
    for (const [index, { address, width, value }] of accesses.entries()) {
      const entry = 1 + Math.log2(width) + (value === undefined ? 0 : 4);
      view.setUint32(index * RECORD, entry * OPERATION_SIZE, true);
      view.setBigUint64(index * RECORD + 8, address, true);
      view.setBigUint64(index * RECORD + 16, value ?? 0n, true);
    }
    const end = accesses.length * RECORD;
    view.setUint32(end, 0, true);
    this.machine.ram.write(LIST, this.#list.subarray(0, end + RECORD));
    this.#runToEnd();
  }

  #batch(accesses: readonly Access[]): Accessed[] {
    this.#execute(accesses);
    const done = new DataView(this.machine.ram.read(LIST, accesses.length * RECORD).buffer);
    return accesses.map((_, index) => {
      const trap = done.getUint32(index * RECORD + 24, true);
      return {
        value: done.getBigUint64(index * RECORD + 16, true),
        trap: trap === 0 ? undefined : trap - 1,
      };
    });
  }

  #runToEnd(): void {
    for (;;) {
      const reason = this.machine.run();
      if (reason === ExitReason.Htif) return;
      if (reason !== ExitReason.Doorbell) {
        throw new Error(`the guest ended with exit ${reason} instead of its list of accesses`);
      }
      this.doorbells++;
      this.onDoorbell();
    }
  }

  /** Puts the program back, should a device have written over it. */
  repair(): void {
    const { ram, program } = this.machine;
    const now = ram.read(RAM_BASE, program.bytes.length);
    if (Buffer.compare(now, program.bytes) !== 0) ram.write(RAM_BASE, program.bytes);
  }

  load(address: bigint, width: Access['width'] = 4): bigint {
    const [result] = this.perform([{ address, width }]);
    if (result?.trap !== undefined) throw new Error(`the load trapped with cause ${result.trap}`);
    return result?.value ?? 0n;
  }

  store(address: bigint, value: bigint, width: Access['width'] = 4): void {
    const [result] = this.perform([{ address, width, value }]);
    if (result?.trap !== undefined) throw new Error(`the store trapped with cause ${result.trap}`);
  }
}
