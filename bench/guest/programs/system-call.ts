import type { LinuxProgram } from './program.js';

/** System calls that do next to nothing: `getppid`, which no library answers by itself. */
export const systemCall: LinuxProgram = {
  name: 'system-call',
  work: `
work:
    li   s3, 0
    li   a7, SYS_getppid
    ecall
    mv   s4, a0
1:  li   a7, SYS_getppid
    ecall
    bne  a0, s4, wrong
    addi s3, s3, 1
    bne  s3, s0, 1b
    mv   a0, s3
    ret
`,
};
