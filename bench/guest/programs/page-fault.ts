import type { LinuxProgram } from './program.js';

/** Pages that are mapped, touched and unmapped in one go: 4 MiB. */
export const PAGES = 1024;
const PAGE = 4096;

/**
 * Page faults on fresh anonymous memory: each page is touched once, by an atomic addition, so that the first
 * access is a write, and must have held zero. Linux must have counted as many faults. The count is of
 * mappings of PAGES pages; the result, of faults.
 */
export const pageFault: LinuxProgram = {
  name: 'page-fault',
  work: `
.equ PAGE, ${PAGE}
.equ LENGTH, ${PAGES * PAGE}
# Faults of the program's own pages come on top.
.equ MORE, 64
work:
    mv   s10, ra
    call faults
    mv   s3, a0
    li   s4, 0
    li   s5, 1
    li   s6, PAGE
1:  li   a0, 0
    li   a1, LENGTH
    li   a2, PROT_READ_WRITE
    li   a3, MAP_PRIVATE_ANONYMOUS
    li   a4, -1
    li   a5, 0
    li   a7, SYS_mmap
    ecall
    bltz a0, failed
    mv   s7, a0
# Fails where the kernel has no huge pages, and need not be asked.
    li   a1, LENGTH
    li   a2, MADV_NOHUGEPAGE
    li   a7, SYS_madvise
    ecall
    mv   t0, s7
    li   t2, LENGTH
    add  t2, t2, s7
2:  amoadd.d t1, s5, (t0)
    bnez t1, wrong
    addi s4, s4, 1
    add  t0, t0, s6
    bltu t0, t2, 2b
    mv   a0, s7
    li   a1, LENGTH
    li   a7, SYS_munmap
    ecall
    bltz a0, failed
    addi s0, s0, -1
    bnez s0, 1b

    call faults
    sub  a0, a0, s3
    bltu a0, s4, wrong
    addi a0, a0, -MORE
    bge  a0, s4, wrong
    mv   a0, s4
    jr   s10

# faults(): how many Linux has counted that took no reading, in a0.
faults:
    li   a0, RUSAGE_SELF
    la   a1, usage
    li   a7, SYS_getrusage
    ecall
    bltz a0, failed
    la   a0, usage
    ld   a0, MINOR_FAULTS(a0)
    ret

    .balign 8
usage:
    .zero RUSAGE_SIZE
`,
};
