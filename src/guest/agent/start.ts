/** The program's beginning: descriptors, signals, the first greeting. */
export const START = `
null_device:
    .asciz "/dev/null"
complaint:
    .ascii "hartwood agent: cannot use the port\\n"
complaint_end:
    .balign 8
blocked_signals:
    .dword 1 << (SIGPIPE - 1) | 1 << (SIGCHLD - 1)
child_signal:
    .dword 1 << (SIGCHLD - 1)

# start: where Linux begins, the stack holding argc and argv. argv[1] is the port's device.
start:
    la   gp, globals
    ld   t0, 0(sp)
    li   t1, 2
    blt  t0, t1, give_up
# Descriptors 0 to 2 must be taken, for a child moves its pipes there.
1:  li   a0, AT_FDCWD
    la   a1, null_device
    li   a2, O_RDWR | O_CLOEXEC
    li   a7, SYS_openat
    ecall
    bltz a0, give_up
    li   t0, 3
    blt  a0, t0, 1b
    sw   a0, G_NULL(gp)

    li   a0, AT_FDCWD
    ld   a1, 16(sp)
    li   a2, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    li   a7, SYS_openat
    ecall
    bltz a0, give_up
    sw   a0, G_PORT(gp)

# A shell that started this one in its background may have it ignore signals, and so would children.
    li   s0, 1
2:  mv   a0, s0
    la   a1, zeros
    li   a2, 0
    li   a3, SIGSET_SIZE
    li   a7, SYS_rt_sigaction
    ecall
    addi s0, s0, 1
    li   t0, LAST_SIGNAL
    ble  s0, t0, 2b

# A pipe whose reader has gone is an error of write; children that end are told by a descriptor.
    li   a0, SIG_BLOCK
    la   a1, blocked_signals
    li   a2, 0
    li   a3, SIGSET_SIZE
    li   a7, SYS_rt_sigprocmask
    ecall
    li   a0, -1
    la   a1, child_signal
    li   a2, SIGSET_SIZE
    li   a3, O_CLOEXEC | O_NONBLOCK
    li   a7, SYS_signalfd4
    ecall
    bltz a0, give_up
    sw   a0, G_SIGNALS(gp)
    call greet
    j    event_loop

# give_up: says so and ends; whoever started the agent starts it again.
give_up:
    li   a0, 2
    la   a1, complaint
    li   a2, complaint_end - complaint
    li   a7, SYS_write
    ecall
    li   a0, 1
    li   a7, SYS_exit
    ecall
`;
