/** What the programs need of Linux: numbers that all its 64-bit RISC-V kernels share (asm-generic). */
export const LINUX = `
.equ SYS_openat, 56
.equ SYS_close, 57
.equ SYS_pipe2, 59
.equ SYS_read, 63
.equ SYS_write, 64
.equ SYS_pread64, 67
.equ SYS_exit, 93
.equ SYS_getrusage, 165
.equ SYS_getppid, 173
.equ SYS_munmap, 215
.equ SYS_clone, 220
.equ SYS_execve, 221
.equ SYS_mmap, 222
.equ SYS_madvise, 233
.equ SYS_wait4, 260

.equ AT_FDCWD, -100
.equ O_RDONLY, 0
.equ O_DIRECT, 0x4000
.equ SIGCHLD, 17
.equ PROT_READ_WRITE, 3
.equ MAP_PRIVATE_ANONYMOUS, 0x22
.equ MADV_NOHUGEPAGE, 15
.equ RUSAGE_SELF, 0
# struct rusage
.equ MINOR_FAULTS, 64
.equ RUSAGE_SIZE, 144
`;
