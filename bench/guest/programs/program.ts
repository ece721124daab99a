import { assemble } from '../../../isa/assembler/assemble.js';
import { toElf } from '../../../isa/assembler/elf.js';
import { LINUX } from './linux.js';

/** Where Linux puts the programs; any page above the lowest would do. */
const ORIGIN = 0x1_0000n;
/** What a program ends with that was given nothing to do. */
export const IDLE_STATUS = 42;

/** A small Linux program that does something as often as it is told. */
export interface LinuxProgram {
  readonly name: string;
  /**
   * Its routine `work`: s0 has how often, at least 1, s1 the program's own path, s2 its second argument. It leaves
   * its result in a0, or goes to `failed` with a system call's error there, to `wrong` for any other.
   */
  readonly work: string;
  /** Bytes of the memory at `memory`, behind the program and at a page's beginning. */
  readonly memory?: number;
}

/**
 * The program as a static executable without a library. Its first argument is the count in decimal; it
 * prints its result, unsigned, and ends with 0; with a system call's error number if one failed, with 255 if
 * something else was not as it must be. Without an argument it ends with IDLE_STATUS at once.
 */
export function linuxProgram({ work, memory = 0 }: LinuxProgram): Uint8Array {
  const program = assemble(`${LINUX}\n.equ IDLE_STATUS, ${IDLE_STATUS}\n${FRAME}${work}${END}`, {
    origin: ORIGIN,
  });
  const { symbols } = program;
  const end = symbols.get('memory');
  if (end === undefined) throw new TypeError('the program has no symbol memory');
  const entry = symbols.get('start') ?? ORIGIN;
  return toElf(program, { entry, memorySize: Number(end - ORIGIN) + memory });
}

/** Linux begins with argc, argv[0], argv[1]… on the stack. */
const FRAME = `
start:
    ld   t0, 0(sp)
    li   a0, IDLE_STATUS
    li   t1, 2
    bltu t0, t1, end
    ld   s1, 8(sp)
    ld   t0, 16(sp)
    ld   s2, 24(sp)

# The count: digits up to the zero behind them.
    li   s0, 0
    li   t2, 10
1:  lbu  t1, 0(t0)
    beqz t1, 2f
    addi t1, t1, -'0'
    bgeu t1, t2, wrong
    mul  s0, s0, t2
    add  s0, s0, t1
    addi t0, t0, 1
    j    1b
2:  beqz s0, wrong
    call work

# The result's digits from the last to the first, and a line break behind them.
    la   a1, digits_end
    mv   a3, a1
    li   t0, '\\n'
    addi a1, a1, -1
    sb   t0, 0(a1)
    li   t2, 10
3:  remu t1, a0, t2
    divu a0, a0, t2
    addi t1, t1, '0'
    addi a1, a1, -1
    sb   t1, 0(a1)
    bnez a0, 3b
    li   a0, 1
    sub  a2, a3, a1
    li   a7, SYS_write
    ecall
    bltz a0, failed
    li   a0, 0
end:
    li   a7, SYS_exit
    ecall
wrong:
    li   a0, 1
failed:
    neg  a0, a0
    j    end

    .balign 8
digits:
    .zero 24
digits_end:
`;

const END = `
    .balign 4096
memory:
`;
