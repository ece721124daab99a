import { encode } from '../../oracle/code.js';
import type { Random } from '../../oracle/random.js';
import { LEAVES, OTHER_TWIN, SWAP, TWIN } from './layout.js';
import type { Bound } from './straight.js';
import { FREE, type Writer } from './writer.js';

/** What stores put in the place of a patch: arithmetic, two short nops, a jump to the next word, no instruction. */
function replacement(random: Random): number {
  const rd = random.between(10, 15);
  switch (random.below(8)) {
    case 0:
      return 0x0001_0001;
    case 1:
      return encode('jal', { immJ: 4 });
    case 2:
      return 0;
    case 3:
      return encode('beq', { rs1: rd, rs2: 0, immB: 4 });
    case 4:
      return encode('ld', { rd, rs1: 8, immI: 8 * random.below(32) });
    default:
      return encode(random.pick(['addi', 'xori']), { rd, rs1: rd, immI: random.below(2048) });
  }
}

/** A place that stores change. */
export function patch(writer: Writer, label: string): void {
  writer.place(label);
  writer.write(`addi a${writer.random.below(6)}, a0, 1`);
}

/** A store over a patch, of another function or of this one, with or without a fence. */
export function change({ writer, random, write }: Bound): void {
  write(`la t5, ${random.pick(writer.patches)}`, `li t6, ${replacement(random)}`);
  write(random.oneIn(6) ? 'amoswap.w zero, t6, (t5)' : 'sw t6, 0(t5)');
  if (random.oneIn(3)) write('fence.i');
}

/** A word among the code that is read and written, in the line of what runs. */
export function beside({ writer, random, write }: Bound): void {
  const [data, after] = [writer.label(), writer.label()];
  write(`la t5, ${data}`, `ld a0, 0(t5)`, `add a0, a0, ${random.pick(FREE)}`, 'sd a0, 0(t5)');
  write(`j ${after}`, '.balign 8');
  writer.place(data);
  write('.dword 0');
  writer.place(after);
}

const FLIP = (TWIN ^ OTHER_TWIN) >> 2n;
/** Address of the leaf of the twins' page. */
const LEAF = LEAVES + ((TWIN - 0x8000_0000n) >> 12n) * 8n;

/** Puts the other twin in the place of the one that runs at its address, with or without a fence. */
export function remap({ writer, random, write }: Bound): void {
  if (!writer.paged) return;
  if (writer.mode === 'U') {
    write(`li a7, ${SWAP}`, 'ecall');
    return;
  }
  write(`li t5, ${LEAF}`, 'ld t6, 0(t5)', `li a0, ${FLIP}`, 'xor t6, t6, a0', 'sd t6, 0(t5)');
  switch (random.below(5)) {
    case 0:
      return;
    case 1:
      write('la t6, twin', 'sfence.vma t6, zero');
      return;
    case 2:
      write('sfence.vma zero, zero');
      return;
    case 3:
      write('csrr t6, satp', 'csrw satp, t6');
      return;
    default:
      write('la t6, twin', 'li t5, 0', 'sfence.vma t6, t5');
  }
}

/** The same in the handler, for U-mode: t5 and t6 are free there. */
export const SWAP_LEAF = `
  li t5, ${LEAF}
  ld t6, 0(t5)
  xori t6, t6, ${FLIP}
  sd t6, 0(t5)
  sfence.vma
`;
