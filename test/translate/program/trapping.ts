import { MSIP, MTIME } from './layout.js';
import type { Bound } from './straight.js';
import { FREE } from './writer.js';

/** What traps, and returns behind the instruction. */
export function trap({ writer, random, write }: Bound): void {
  switch (random.below(7)) {
    case 0:
      write('li a7, 0', 'ecall');
      return;
    case 1:
      write(random.pick(['.word 0', '.half 0', '.word 0xffffffff', 'ebreak', 'c.ebreak']));
      return;
    case 2:
      write(`ld ${random.pick(FREE)}, ${random.between(-64, 64)}(zero)`);
      return;
    case 3:
      write('li t5, 0x7000000000000000', `sd ${random.pick(FREE)}, 0(t5)`);
      return;
    case 4: {
      // A failed fetch goes on at s10.
      const after = writer.label();
      write(`la s10, ${after}`, 'li t5, 0x7000000000000000', `${random.pick(['jr', 'jalr'])} t5`);
      writer.place(after);
      return;
    }
    case 5:
      write(writer.mode === 'M' ? 'ebreak' : random.pick(['mret', 'csrr t0, mscratch']));
      return;
    default:
      write(`amoadd.d ${random.pick(FREE)}, ${random.pick(FREE)}, (zero)`);
  }
}

/** Devices, as far as programs may reach them: the clock, and interrupts between harts. */
export function device({ writer, random, write }: Bound): void {
  if (random.oneIn(2)) {
    write(`li t5, ${MTIME}`, `ld ${random.pick(FREE)}, 0(t5)`);
    return;
  }
  const hart = BigInt(random.below(writer.harts));
  write(`li t5, ${MSIP + 4n * hart}`, 'li t6, 1', 'sw t6, 0(t5)');
}
