/** Commands: started as /bin/sh -c in a session of their own, killed, and reaped. */
export const COMMANDS = `
# open_command(channel a0, detail a1): starts a shell with the arguments: command, folder, environment.
open_command:
    addi sp, sp, -48
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    sd   s2, 24(sp)
    sd   s3, 32(sp)
    mv   s0, a0
    lw   s1, G_NULL(gp)
    li   s2, 0
    li   t0, -1
    sd   t0, G_PIPES(gp)
    sd   t0, G_PIPES + 8(gp)
    sd   t0, G_PIPES + 16(gp)
# s1 is what the child reads, a pipe if the host asked for one.
    andi a1, a1, 1
    beqz a1, 1f
    addi a0, gp, G_PIPES
    call make_pipe
    bnez a0, 8f
    lw   s1, G_PIPES(gp)
# Only our end is not to block: they are descriptions of their own.
    lw   a0, G_PIPES + 4(gp)
    li   a1, F_SETFL
    li   a2, O_NONBLOCK
    li   a7, SYS_fcntl
    ecall
1:  addi a0, gp, G_PIPES + 8
    call make_pipe
    bnez a0, 8f
    addi a0, gp, G_PIPES + 16
    call make_pipe
    bnez a0, 8f
    call split_arguments
    li   a1, STEP_ARGUMENTS
    bnez a0, 8f
    mv   s2, a2

# The child shares our memory, and we stand still until it has become the shell: nothing is copied.
    sd   zero, G_CHILD_ERRNO(gp)
    li   a0, CLONE_VM | CLONE_VFORK | SIGCHLD
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a4, 0
    li   a7, SYS_clone
    ecall
    beqz a0, child
    li   a1, STEP_PROCESS
    bltz a0, 8f
    mv   s3, a0
    ld   t0, G_CHILD_ERRNO(gp)
    beqz t0, 2f
    mv   a0, s3
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a7, SYS_wait4
    ecall
    ld   a0, G_CHILD_ERRNO(gp)
    ld   a1, G_CHILD_STEP(gp)
    j    8f
2:  sw   s3, CH_PID(s0)
    lw   t0, G_PIPES + 4(gp)
    sw   t0, CH_STDIN(s0)
    lw   t0, G_PIPES + 8(gp)
    sw   t0, CH_OUT + ST_FD(s0)
    lw   t0, G_PIPES + 16(gp)
    sw   t0, CH_ERR + ST_FD(s0)
    li   t0, RUNNING
    sw   t0, CH_STATE(s0)
    addi a0, gp, G_PIPES
    call close_at
    addi a0, gp, G_PIPES + 12
    call close_at
    addi a0, gp, G_PIPES + 20
    call close_at
    li   a0, 0
    j    9f
# Failed with a0 at step a1: nothing stays open.
8:  mv   s0, a0
    mv   s1, a1
    li   s2, 0
3:  add  a0, gp, s2
    addi a0, a0, G_PIPES
    call close_at
    addi s2, s2, 4
    li   t0, 24
    bne  s2, t0, 3b
    mv   a0, s0
    mv   a1, s1
9:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    ld   s2, 24(sp)
    ld   s3, 32(sp)
    addi sp, sp, 48
    ret

# child: between vfork and execve, in the memory of the agent, which waits: nothing but the two words
# that tell of a failure may change. s1 is its input, s2 its folder.
child:
    li   a0, SIG_SETMASK
    la   a1, zeros
    li   a2, 0
    li   a3, SIGSET_SIZE
    li   a7, SYS_rt_sigprocmask
    ecall
    li   a7, SYS_setsid
    ecall
    mv   a0, s1
    li   a1, 0
    li   a2, 0
    li   a7, SYS_dup3
    ecall
    lw   a0, G_PIPES + 12(gp)
    li   a1, 1
    ecall
    lw   a0, G_PIPES + 20(gp)
    li   a1, 2
    ecall
    li   s3, STEP_FOLDER
    lbu  t0, 0(s2)
    beqz t0, 1f
    mv   a0, s2
    li   a7, SYS_chdir
    ecall
    bltz a0, 2f
1:  li   s3, STEP_SHELL
    la   a0, shell
    addi a1, gp, G_ARGV
    la   a2, environment
    li   a7, SYS_execve
    ecall
2:  sd   s3, G_CHILD_STEP(gp)
    sd   a0, G_CHILD_ERRNO(gp)
    li   a0, 127
    li   a7, SYS_exit
    ecall

# make_pipe(address of two descriptors a0): returns 0, or the error in a0 and the step in a1.
make_pipe:
    li   a1, O_CLOEXEC
    li   a7, SYS_pipe2
    ecall
    li   a1, STEP_PIPES
    ret

# split_arguments: the shell's argv and environment from the arguments; returns 0 or an error in a0, and
# the folder in a2. The last byte of the arguments is zero.
split_arguments:
    la   t0, shell
    sd   t0, G_ARGV(gp)
    la   t0, shell_option
    sd   t0, G_ARGV + 8(gp)
    la   t1, arguments
    sd   t1, G_ARGV + 16(gp)
    sd   zero, G_ARGV + 24(gp)
    ld   t2, G_ARGUMENTS_LENGTH(gp)
    add  t2, t2, t1
    li   a0, -EINVAL
    mv   t5, ra
    call next_string
    beq  t1, t2, 3f
    mv   a2, t1
    call next_string
    la   t3, environment
    li   t4, ENVIRONMENT_MOST
1:  beq  t1, t2, 2f
    li   a0, -E2BIG
    beqz t4, 3f
    sd   t1, 0(t3)
    addi t3, t3, 8
    addi t4, t4, -1
    call next_string
    j    1b
2:  sd   zero, 0(t3)
    li   a0, 0
3:  jr   t5

# next_string(string t1): what stands behind it, in t1. Changes t0.
next_string:
    lbu  t0, 0(t1)
    addi t1, t1, 1
    bnez t0, next_string
    ret

# on_kill: a signal for the whole group; not once the shell has ended, for its number may be another's.
on_kill:
    addi sp, sp, -16
    sd   ra, 0(sp)
    lw   a1, 0(a0)
    mv   a0, a2
    call find_channel
    beqz a0, 3f
    lw   t0, CH_PID(a0)
    beqz t0, 2f
    lw   t1, CH_STATE(a0)
    li   t2, RUNNING
    bne  t1, t2, 3f
    neg  a0, t0
    li   a7, SYS_kill
    ecall
    j    3f
# A file is given up.
2:  addi a1, a1, 128
    sw   a1, CH_STATUS(a0)
    call finish
3:  li   a0, 0
    ld   ra, 0(sp)
    addi sp, sp, 16
    ret

# reap: children have ended. What their pipes hold at this moment is still to be sent.
reap:
    addi sp, sp, -32
    sd   ra, 0(sp)
    sd   s0, 8(sp)
# The descriptor tells of all children at once; what it says is not needed.
    lw   a0, G_SIGNALS(gp)
    la   a1, signal_record
    li   a2, SIGNAL_RECORD_SIZE
    li   a7, SYS_read
    ecall
1:  li   a0, -1
    addi a1, gp, G_STATUS
    li   a2, WNOHANG
    li   a3, 0
    li   a7, SYS_wait4
    ecall
    blez a0, 6f
    la   s0, channels
    la   t1, channels_end
2:  lw   t0, CH_STATE(s0)
    addi t0, t0, -RUNNING
    bnez t0, 3f
    lw   t0, CH_PID(s0)
    beq  t0, a0, 4f
3:  addi s0, s0, CHANNEL_SIZE
    bne  s0, t1, 2b
    j    1b
# The low 7 bits are the signal that ended it, bits 8 to 15 the status if none did (wait(2)).
4:  lw   t0, G_STATUS(gp)
    andi t1, t0, 0x7f
    addi t2, t1, 128
    bnez t1, 5f
    srli t2, t0, 8
    andi t2, t2, 0xff
5:  sw   t2, CH_STATUS(s0)
    li   t0, ENDED
    sw   t0, CH_STATE(s0)
    addi a0, s0, CH_STDIN
    call close_at
    addi t3, s0, CH_OUT
    call count_left
    addi t3, s0, CH_ERR
    call count_left
    mv   a0, s0
    call finish_if_drained
    j    1b
6:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    addi sp, sp, 32
    ret

# count_left(stream t3): how much an open pipe holds is what is left of it.
count_left:
    lw   a0, ST_FD(t3)
    bltz a0, 1f
    li   a1, FIONREAD
    addi a2, t3, ST_LEFT
    li   a7, SYS_ioctl
    ecall
1:  ret

shell:
    .asciz "/bin/sh"
shell_option:
    .asciz "-c"
    .balign 4
`;
