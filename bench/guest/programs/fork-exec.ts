import { IDLE_STATUS, type LinuxProgram } from './program.js';

/** Processes one after the other: `fork`, `execve` of this same program, `wait` for the status it must end with. */
export const forkExec: LinuxProgram = {
  name: 'fork-exec',
  work: `
work:
    la   t0, arguments
    sd   s1, 0(t0)
    li   s3, 0
1:  li   a0, SIGCHLD
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a4, 0
    li   a7, SYS_clone
    ecall
    bltz a0, failed
    beqz a0, child
    mv   s4, a0
    la   a1, status
    li   a2, 0
    li   a3, 0
    li   a7, SYS_wait4
    ecall
    bltz a0, failed
    bne  a0, s4, wrong
    la   t0, status
    lw   t0, 0(t0)
    li   t1, ${IDLE_STATUS} << 8
    bne  t0, t1, wrong
    addi s3, s3, 1
    bne  s3, s0, 1b
    mv   a0, s3
    ret

child:
    mv   a0, s1
    la   a1, arguments
    li   a2, 0
    li   a7, SYS_execve
    ecall
    j    failed

    .balign 8
arguments:
    .dword 0, 0
status:
    .dword 0
`,
};
