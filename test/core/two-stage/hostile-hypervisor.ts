/**
 * A hypervisor that has no plan: it lets its guest begin anywhere, under tables that are noise and that it
 * overwrites with more at each trap. All that happens to it is its own.
 */
import { randomNumbers } from '../random.js';
import { drawEntry, drawWorld } from './draw.js';
import { FIRST, SECOND } from './model.js';
import { TABLE_PAGES, TABLES } from './places.js';

export type Noise = 'bytes' | 'entries';
export type Fencing = 'never' | 'always';

const SIZE = TABLE_PAGES * 4096;
/** A power of two, for a mask. */
const CHANGED = 128 << 10;

const FENCES: Readonly<Record<Fencing, string>> = {
  never: '',
  always: 'sfence.vma; hfence.vvma; hfence.gvma',
};

export function hostileHypervisor(seed: number, fencing: Fencing): string {
  const { setting } = drawWorld(randomNumbers(seed));
  return `
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  la t0, machine_handler
  csrw mtvec, t0
  li t0, -1
  csrw medeleg, t0
  csrw hedeleg, ${seed % 5 === 0 ? 't0' : 'zero'}
  li t0, 1 << 61
  csrs menvcfg, t0
  csrs henvcfg, t0
  li s2, ${BigInt(seed) * 0x9e37_79b9n + 1n}
  la s3, handler
machine_handler:
  csrw stvec, s3
  csrw mepc, s3
  li t0, 3 << 11
  csrc mstatus, t0
  li t0, 1 << 11
  csrs mstatus, t0
  mret
.balign 4
handler:
  slli t0, s2, 13
  xor s2, s2, t0
  srli t0, s2, 7
  xor s2, s2, t0
  slli t0, s2, 17
  xor s2, s2, t0
  addi s2, s2, 1
  li t0, ${setting.hgatp}
  csrw hgatp, t0
  li t0, ${setting.vsatp}
  csrw vsatp, t0
  li t1, ${CHANGED - 8}
  and t1, t1, s2
  li t0, ${TABLES}
  add t1, t1, t0
  srli t0, s2, 9
  sd t0, 0(t1)
  ${FENCES[fencing]}
  srli t0, s2, 27
  csrw sepc, t0
  csrw vstvec, s2
  andi t0, s2, 0x100
  csrw sstatus, t0
  csrw hstatus, t0
  andi t0, s2, 1
  beqz t0, 1f
  srli t0, s2, 26
  hlv.d a0, (t0)
1:
  li t0, 1 << 7
  csrs hstatus, t0
  sret
`;
}

/** Tables for it: any bytes, or entries of which most are well-formed. */
export function noise(seed: number, kind: Noise): Uint8Array {
  const draw = randomNumbers(seed);
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  const world = drawWorld(draw);
  for (let offset = 0; offset < SIZE; offset += 8) {
    if (kind === 'bytes') {
      view.setUint32(offset, draw(2 ** 31) * 2, true);
      view.setUint32(offset + 4, draw(2 ** 31) * 2 + 1, true);
    } else {
      const stage = draw(2) === 0 ? FIRST : SECOND;
      view.setBigUint64(offset, drawEntry(draw, world, true, stage, draw(4)), true);
    }
  }
  return bytes;
}
