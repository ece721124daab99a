/** The guest becomes another machine than the one it was: by system calls alone, which touch few pages. */
export const IDENTITY = `
.equ MAC_SIZE, 6
# Interfaces are looked for by index; that of a card which was there at boot is among the first.
.equ LAST_INTERFACE, 64
.equ IDENTITY_FRAME, 48 + IFREQ_SIZE
.equ TIME_DIGITS, 16
.equ CLOCK_REALTIME, 0
.equ NANOSECONDS, 1000000000

# open_identity(channel a0): takes the host name, gives the interface with the one address the other,
# and sets the clock; sends what failed, as a status.
open_identity:
    addi sp, sp, -IDENTITY_FRAME
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    sd   s2, 24(sp)
    sd   s3, 32(sp)
    sd   s4, 40(sp)
    mv   s0, a0
# s1 is the name, s2 the addresses with the time behind them.
    la   s1, arguments
    mv   t1, s1
    call next_string
    mv   s2, t1
    ld   t2, G_ARGUMENTS_LENGTH(gp)
    add  t2, t2, s1
    addi t1, t1, 4 * MAC_SIZE + 1 + TIME_DIGITS + 1
    li   a0, -EINVAL
    li   a1, STEP_ARGUMENTS
    bne  t1, t2, 9f
    call set_time
    call set_host_name
    call set_address
    mv   a0, s0
    call finish
    li   a0, 0
9:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    ld   s2, 24(sp)
    ld   s3, 32(sp)
    ld   s4, 40(sp)
    addi sp, sp, IDENTITY_FRAME
    ret

# set_time: its caller's frame ends in room for a struct timespec.
set_time:
    addi t0, s2, 4 * MAC_SIZE + 1
    addi t2, t0, TIME_DIGITS
    li   t1, 0
1:  lbu  t3, 0(t0)
    andi t3, t3, 15
    slli t1, t1, 4
    or   t1, t1, t3
    addi t0, t0, 1
    bne  t0, t2, 1b
    beqz t1, 2f
    li   t0, NANOSECONDS
    divu t2, t1, t0
    remu t3, t1, t0
    sd   t2, 48(sp)
    sd   t3, 56(sp)
    li   a0, CLOCK_REALTIME
    addi a1, sp, 48
    li   a7, SYS_clock_settime
    ecall
    beqz a0, 2f
    lw   t0, CH_STATUS(s0)
    ori  t0, t0, TIME_FAILED
    sw   t0, CH_STATUS(s0)
2:  ret

# set_host_name: that of the kernel, and of the file from which the next boot takes it, if there is one.
set_host_name:
    mv   a0, s1
    sub  a1, s2, s1
    addi a1, a1, -1
    li   a7, SYS_sethostname
    ecall
    beqz a0, 1f
    lw   t0, CH_STATUS(s0)
    ori  t0, t0, NAME_FAILED
    sw   t0, CH_STATUS(s0)
1:  li   a0, AT_FDCWD
    la   a1, host_name_file
    li   a2, O_WRONLY | O_TRUNC | O_CLOEXEC
    li   a3, 0
    li   a7, SYS_openat
    ecall
    bltz a0, 2f
    mv   t1, a0
    li   t0, 10
    sb   t0, -1(s2)
    mv   a1, s1
    sub  a2, s2, s1
    li   a7, SYS_write
    ecall
    mv   a0, t1
    li   a7, SYS_close
    ecall
2:  ret

# set_address: its caller's frame ends in a struct ifreq.
set_address:
    mv   t0, s2
    mv   t1, s2
    addi t2, s2, 4 * MAC_SIZE
1:  lbu  t3, 0(t0)
    lbu  t4, 1(t0)
    slli t3, t3, 4
    andi t4, t4, 15
    or   t3, t3, t4
    sb   t3, 0(t1)
    addi t0, t0, 2
    addi t1, t1, 1
    bne  t0, t2, 1b
# Any socket does.
    li   a0, AF_UNIX
    li   a1, SOCK_DGRAM | SOCK_CLOEXEC
    li   a2, 0
    li   a7, SYS_socket
    ecall
    bltz a0, 5f
    mv   s3, a0
    li   s4, 1
2:  addi a2, sp, 48
    sw   s4, IFREQ_INDEX(a2)
    li   a1, SIOCGIFNAME
    li   a7, SYS_ioctl
    ecall
    bnez a0, 4f
    mv   a0, s3
    li   a1, SIOCGIFHWADDR
    ecall
    bnez a0, 4f
    mv   t0, s2
    addi t1, a2, IFREQ_ADDRESS
    addi t2, s2, MAC_SIZE
3:  lbu  t3, 0(t0)
    lbu  t4, 0(t1)
    bne  t3, t4, 4f
    lbu  t3, MAC_SIZE(t0)
    sb   t3, 0(t1)
    addi t0, t0, 1
    addi t1, t1, 1
    bne  t0, t2, 3b
    mv   a0, s3
    li   a1, SIOCSIFHWADDR
    ecall
    beqz a0, 6f
4:  mv   a0, s3
    addi s4, s4, 1
    li   t0, LAST_INTERFACE
    bleu s4, t0, 2b
5:  lw   t0, CH_STATUS(s0)
    ori  t0, t0, ADDRESS_FAILED
    sw   t0, CH_STATUS(s0)
    bltz a0, 7f
6:  mv   a0, s3
    li   a7, SYS_close
    ecall
7:  ret

host_name_file:
    .asciz "/etc/hostname"
    .balign 4
`;
