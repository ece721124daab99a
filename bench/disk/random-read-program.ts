import { assemble } from '../../isa/assembler/assemble.js';
import { toElf } from '../../isa/assembler/elf.js';

/** Where Linux puts the program; any page above the lowest would do. */
const ORIGIN = 0x1_0000n;
/** Bytes of a read, at a multiple of as many. */
export const BLOCK = 4096;
const BLOCK_SHIFT = 12;
const SEED = 0x6861_7274_776f_6f64n;

export interface RandomReads {
  /** Reads under way at once. */
  readonly depth: number;
  /** Reads in all, at least `depth`. */
  readonly reads: number;
  /** Bytes of the disk; a power of 2. */
  readonly diskSize: number;
}

/**
 * A static Linux program that reads blocks of its argument, a disk, in random order, past the page cache
 * (O_DIRECT), by Linux AIO: each read that has ended begins another one. It writes the nanoseconds that this
 * took to standard output as a u64, and fails if a read is short. The order is the same each time.
 */
export function randomReadProgram({ depth, reads, diskSize }: RandomReads): Uint8Array {
  const constants = `
.equ DEPTH, ${depth}
.equ READS, ${reads}
.equ BLOCK, ${BLOCK}
.equ BLOCK_SHIFT, ${BLOCK_SHIFT}
.equ BLOCKS_MASK, ${diskSize / BLOCK - 1}
.equ SEED, ${SEED}
`;
  const areas = `
.equ buffers, memory
.equ controls, buffers + DEPTH * BLOCK
.equ pointers, controls + DEPTH * IOCB_SIZE
.equ events, pointers + DEPTH * 8
.equ memory_end, events + DEPTH * EVENT_SIZE
`;
  const program = assemble(`${LINUX}${constants}${SOURCE}${areas}`, { origin: ORIGIN });
  const symbol = (name: string): bigint => {
    const value = program.symbols.get(name);
    if (value === undefined) throw new TypeError(`the program has no symbol ${name}`);
    return value;
  };
  return toElf(program, {
    entry: symbol('start'),
    memorySize: Number(symbol('memory_end') - ORIGIN),
  });
}

/** What the program needs of Linux (asm-generic). */
const LINUX = `
.equ SYS_io_setup, 0
.equ SYS_io_submit, 2
.equ SYS_io_getevents, 4
.equ SYS_openat, 56
.equ SYS_write, 64
.equ SYS_exit, 93
.equ SYS_clock_gettime, 113
.equ CLOCK_MONOTONIC, 1
.equ AT_FDCWD, -100
.equ O_RDONLY, 0
.equ O_DIRECT, 0x4000
# struct iocb; its operation 0 is IOCB_CMD_PREAD
.equ IOCB_DATA, 0
.equ IOCB_FD, 20
.equ IOCB_BUFFER, 24
.equ IOCB_BYTES, 32
.equ IOCB_OFFSET, 40
.equ IOCB_SIZE, 64
# struct io_event
.equ EVENT_OBJECT, 8
.equ EVENT_RESULT, 16
.equ EVENT_SIZE, 32
`;

/** s0 AIO context, s1 generator's state, s2 reads still to begin, s3 reads still to end, s4 the time of before. */
const SOURCE = `
start:
    li   a0, AT_FDCWD
    ld   a1, 16(sp)
    li   a2, O_RDONLY | O_DIRECT
    li   a7, SYS_openat
    ecall
    bltz a0, failed
    mv   s5, a0
    li   a0, DEPTH
    la   a1, context
    li   a7, SYS_io_setup
    ecall
    bnez a0, failed
    la   t0, context
    ld   s0, 0(t0)
    li   s1, SEED
    li   s2, READS
    li   s3, READS
    call now
    mv   s4, a0

# Control blocks, and the first reads.
    la   s6, controls
    la   s7, pointers
    la   t2, buffers
    li   s8, DEPTH
    mv   t3, s6
1:  sw   s5, IOCB_FD(t3)
    sd   t2, IOCB_BUFFER(t3)
    li   t0, BLOCK
    sd   t0, IOCB_BYTES(t3)
    add  t2, t2, t0
    mv   a0, t3
    call aim
    sd   t3, 0(s7)
    addi s7, s7, 8
    addi t3, t3, IOCB_SIZE
    addi s8, s8, -1
    bnez s8, 1b
    li   s8, DEPTH

# s8 reads are to be submitted.
submit:
    beqz s8, await
    sub  s2, s2, s8
    la   s7, pointers
2:  mv   a0, s0
    mv   a1, s8
    mv   a2, s7
    li   a7, SYS_io_submit
    ecall
    blez a0, failed
    sub  s8, s8, a0
    slli a0, a0, 3
    add  s7, s7, a0
    bnez s8, 2b

await:
    beqz s3, done
    mv   a0, s0
    li   a1, 1
    li   a2, DEPTH
    la   a3, events
    li   a4, 0
    li   a7, SYS_io_getevents
    ecall
    blez a0, failed
    sub  s3, s3, a0
    mv   s9, a0
    la   s6, events
    la   s7, pointers
    li   s8, 0
3:  ld   t0, EVENT_RESULT(s6)
    li   t1, BLOCK
    bne  t0, t1, failed
    bgeu s8, s2, 4f
    ld   a0, EVENT_OBJECT(s6)
    sd   a0, 0(s7)
    call aim
    addi s7, s7, 8
    addi s8, s8, 1
4:  addi s6, s6, EVENT_SIZE
    addi s9, s9, -1
    bnez s9, 3b
    j    submit

done:
    call now
    sub  a0, a0, s4
    la   a1, result
    sd   a0, 0(a1)
    li   a0, 1
    li   a2, 8
    li   a7, SYS_write
    ecall
    li   t0, 8
    bne  a0, t0, failed
    li   a0, 0
    j    end
failed:
    li   a0, 1
end:
    li   a7, SYS_exit
    ecall

# aim(control block a0): the next block in random order, by Knuth's linear congruential generator.
aim:
    li   t0, 6364136223846793005
    mul  s1, s1, t0
    li   t0, 1442695040888963407
    add  s1, s1, t0
    srli t0, s1, 33
    li   t1, BLOCKS_MASK
    and  t0, t0, t1
    slli t0, t0, BLOCK_SHIFT
    sd   t0, IOCB_OFFSET(a0)
    ret

# now(): nanoseconds in a0.
now:
    li   a0, CLOCK_MONOTONIC
    la   a1, time
    li   a7, SYS_clock_gettime
    ecall
    la   a1, time
    ld   a0, 0(a1)
    li   t0, 1000000000
    mul  a0, a0, t0
    ld   t0, 8(a1)
    add  a0, a0, t0
    ret

    .balign 8
context:
    .dword 0
time:
    .dword 0, 0
result:
    .dword 0
    .balign 4096
memory:
`;
