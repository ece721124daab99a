import type { LinuxProgram } from './program.js';

/**
 * A number that goes to another process through a pipe and comes back through a second one, a larger one
 * each time: two switches between processes a round.
 */
export const pipe: LinuxProgram = {
  name: 'pipe',
  work: `
.equ READ_END, 0
.equ WRITE_END, 4
work:
    la   a0, there
    li   a1, 0
    li   a7, SYS_pipe2
    ecall
    bltz a0, failed
    la   a0, back
    li   a1, 0
    li   a7, SYS_pipe2
    ecall
    bltz a0, failed
    la   t0, there
    la   t1, back
    lw   s3, READ_END(t0)
    lw   s4, WRITE_END(t0)
    lw   s5, READ_END(t1)
    lw   s6, WRITE_END(t1)
    la   s7, number
    li   s8, 8
    li   a0, SIGCHLD
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a4, 0
    li   a7, SYS_clone
    ecall
    bltz a0, failed
    beqz a0, child

    li   s9, 0
1:  sd   s9, 0(s7)
    mv   a0, s4
    mv   a1, s7
    mv   a2, s8
    li   a7, SYS_write
    ecall
    bltz a0, failed
    mv   a0, s5
    mv   a1, s7
    mv   a2, s8
    li   a7, SYS_read
    ecall
    bltz a0, failed
    bne  a0, s8, wrong
    ld   t0, 0(s7)
    addi s9, s9, 1
    bne  t0, s9, wrong
    bne  s9, s0, 1b

# The end of the first pipe ends the other process.
    mv   a0, s4
    li   a7, SYS_close
    ecall
    li   a0, -1
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a7, SYS_wait4
    ecall
    bltz a0, failed
    mv   a0, s9
    ret

child:
    mv   a0, s4
    li   a7, SYS_close
    ecall
2:  mv   a0, s3
    mv   a1, s7
    mv   a2, s8
    li   a7, SYS_read
    ecall
    beqz a0, end
    bne  a0, s8, wrong
    ld   t0, 0(s7)
    addi t0, t0, 1
    sd   t0, 0(s7)
    mv   a0, s6
    mv   a1, s7
    mv   a2, s8
    li   a7, SYS_write
    ecall
    beq  a0, s8, 2b
    j    wrong

    .balign 8
there:
    .word 0, 0
back:
    .word 0, 0
number:
    .dword 0
`,
};
