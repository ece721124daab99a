/** What the agent needs of Linux: numbers that all its 64-bit RISC-V kernels share (asm-generic). */
export const LINUX = `
.equ SYS_fcntl, 25
.equ SYS_ioctl, 29
.equ SYS_chdir, 49
.equ SYS_fchmod, 52
.equ SYS_openat, 56
.equ SYS_close, 57
.equ SYS_pipe2, 59
.equ SYS_getdents64, 61
.equ SYS_read, 63
.equ SYS_write, 64
.equ SYS_ppoll, 73
.equ SYS_signalfd4, 74
.equ SYS_readlinkat, 78
.equ SYS_exit, 93
.equ SYS_dup3, 24
.equ SYS_kill, 129
.equ SYS_rt_sigaction, 134
.equ SYS_rt_sigprocmask, 135
.equ SYS_setsid, 157
.equ SYS_clock_settime, 112
.equ SYS_sethostname, 161
.equ SYS_socket, 198
.equ SYS_clone, 220
.equ SYS_execve, 221
.equ SYS_wait4, 260
.equ SYS_statx, 291

.equ EINTR, 4
.equ E2BIG, 7
.equ EAGAIN, 11
.equ ENOMEM, 12
.equ EINVAL, 22

.equ AT_FDCWD, -100
.equ AT_SYMLINK_NOFOLLOW, 0x100
.equ O_RDONLY, 0
.equ O_WRONLY, 1
.equ O_RDWR, 2
.equ O_CREAT, 0x40
.equ O_NOCTTY, 0x100
.equ O_TRUNC, 0x200
.equ O_NONBLOCK, 0x800
.equ O_DIRECTORY, 0x10000
.equ O_CLOEXEC, 0x80000
.equ F_SETFL, 4
.equ FIONREAD, 0x541b

.equ AF_UNIX, 1
.equ SOCK_DGRAM, 2
.equ SOCK_CLOEXEC, 0x80000
.equ SIOCGIFNAME, 0x8910
.equ SIOCSIFHWADDR, 0x8924
.equ SIOCGIFHWADDR, 0x8927
# struct ifreq: the name, then a number, or an address behind its family
.equ IFREQ_SIZE, 40
.equ IFREQ_INDEX, 16
.equ IFREQ_ADDRESS, 18

.equ POLLIN, 1
.equ POLLOUT, 4
.equ POLLHUP, 16

.equ SIGPIPE, 13
.equ SIGCHLD, 17
.equ LAST_SIGNAL, 64
.equ SIG_BLOCK, 0
.equ SIG_SETMASK, 2
.equ SIGSET_SIZE, 8

# struct signalfd_siginfo
.equ SIGNAL_RECORD_SIZE, 128

.equ CLONE_VM, 0x100
.equ CLONE_VFORK, 0x4000
.equ WNOHANG, 1

.equ STATX_BASIC_STATS, 0x7ff
.equ STATX_SIZE, 256
.equ PATH_MOST, 4096
`;
