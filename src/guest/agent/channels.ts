/** Channels: found by number, opened by kind, closed. */
export const CHANNELS_SOURCE = `
# find_channel(number a0): the channel in a0, or 0. Changes a0 and t0 to t2.
find_channel:
    mv   t0, a0
    la   a0, channels
    la   t1, channels_end
    beqz t0, 3f
1:  lw   t2, CH_STATE(a0)
    beqz t2, 2f
    lw   t2, CH_NUMBER(a0)
    beq  t2, t0, 4f
2:  addi a0, a0, CHANNEL_SIZE
    bne  a0, t1, 1b
3:  li   a0, 0
4:  ret

# free_channel: a channel that nobody uses in a0, or 0. Changes a0, t1 and t2.
free_channel:
    la   a0, channels
    la   t1, channels_end
1:  lw   t2, CH_STATE(a0)
    beqz t2, 2f
    addi a0, a0, CHANNEL_SIZE
    bne  a0, t1, 1b
    li   a0, 0
2:  ret

# on_open: begins a channel, with the arguments that have come. An opener(channel a0, detail a1)
# returns 0, or in a0 an error as Linux gives it and in a1 the step that failed; a channel that has not
# begun to run is free again.
on_open:
    addi sp, sp, -32
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    sd   s2, 24(sp)
    mv   s1, a0
    mv   s2, a2
    beqz s2, 8f
    mv   a0, s2
    call find_channel
    bnez a0, 8f
    lwu  t0, 0(s1)
    li   t1, OPENERS
    bgeu t0, t1, 8f
    call free_channel
    li   a3, EAGAIN
    li   a4, STEP_CHANNEL
    beqz a0, 6f
    mv   s0, a0
    ld   t0, G_ARGUMENTS_LOST(gp)
    li   a3, E2BIG
    li   a4, STEP_ARGUMENTS
    bnez t0, 6f
# All arguments end in zero, so that no reading of them runs on.
    ld   t0, G_ARGUMENTS_LENGTH(gp)
    beqz t0, 8f
    la   t1, arguments
    add  t0, t0, t1
    lbu  t0, -1(t0)
    bnez t0, 8f

    sw   s2, CH_NUMBER(s0)
    sw   zero, CH_PID(s0)
    sw   zero, CH_STATUS(s0)
    li   t0, -1
    sw   t0, CH_STDIN(s0)
    sw   zero, CH_STDIN_ENDED(s0)
    sw   zero, CH_STDIN_START(s0)
    sw   zero, CH_STDIN_END(s0)
    li   t1, TO_HOST_STDOUT
    addi a0, s0, CH_OUT
    call reset_stream
    li   t1, TO_HOST_STDERR
    addi a0, s0, CH_ERR
    call reset_stream
    lwu  t0, 0(s1)
    slli t0, t0, 3
    la   t1, openers
    add  t0, t0, t1
    ld   t0, 0(t0)
    mv   a0, s0
    lwu  a1, 4(s1)
    jalr t0
    beqz a0, 7f
    neg  a3, a0
    mv   a4, a1
6:  mv   a1, s2
    call emit_failure
7:  sd   zero, G_ARGUMENTS_LENGTH(gp)
    sd   zero, G_ARGUMENTS_LOST(gp)
    li   a0, 0
    j    9f
8:  li   a0, 1
9:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    ld   s2, 24(sp)
    addi sp, sp, 32
    ret

# reset_stream(stream a0, type t1): closed, with the credit that every stream begins with.
reset_stream:
    li   t0, -1
    sw   t0, ST_FD(a0)
    sw   t1, ST_TYPE(a0)
    li   t0, SYS_read
    sw   t0, ST_CALL(a0)
    li   t0, OUTPUT_WINDOW
    sw   t0, ST_CREDIT(a0)
    sw   zero, ST_LEFT(a0)
    ret

# finish_if_drained(channel a0): frees a channel that has ended, once its output is sent.
finish_if_drained:
    lw   t0, CH_STATE(a0)
    li   t1, ENDED
    bne  t0, t1, 1f
    lwu  t0, CH_OUT + ST_LEFT(a0)
    bnez t0, 1f
    lwu  t0, CH_ERR + ST_LEFT(a0)
    beqz t0, finish
1:  ret

# finish(channel a0): tells the host its status, if there is one that knows it, and frees it.
finish:
    lw   a1, CH_NUMBER(a0)
    beqz a1, release
    addi sp, sp, -16
    sd   ra, 0(sp)
    sd   a0, 8(sp)
    lw   a3, CH_STATUS(a0)
    li   a0, TO_HOST_EXIT
    call emit_word
    ld   ra, 0(sp)
    ld   a0, 8(sp)
    addi sp, sp, 16
    j    release

# fail(channel a0, error as Linux gives it a3, step a4): the same for one that failed.
fail:
    lw   a1, CH_NUMBER(a0)
    beqz a1, release
    addi sp, sp, -16
    sd   ra, 0(sp)
    sd   a0, 8(sp)
    neg  a3, a3
    call emit_failure
    ld   ra, 0(sp)
    ld   a0, 8(sp)
    addi sp, sp, 16

# release(channel a0): closes what is open, and frees it.
release:
    addi sp, sp, -16
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    mv   s0, a0
    addi a0, s0, CH_STDIN
    call close_at
    addi a0, s0, CH_OUT + ST_FD
    call close_at
    addi a0, s0, CH_ERR + ST_FD
    call close_at
    sw   zero, CH_STATE(s0)
    ld   ra, 0(sp)
    ld   s0, 8(sp)
    addi sp, sp, 16
    ret

# close_at(address of a descriptor a0): closes it, if it is open. Changes a0, a7 and t0.
close_at:
    mv   t0, a0
    lw   a0, 0(t0)
    bltz a0, 1f
    li   a7, SYS_close
    ecall
    li   a0, -1
    sw   a0, 0(t0)
1:  ret

# abandon(channel a0): its host has gone. A command goes on with its input ended and its output
# dropped; a file is closed.
abandon:
    sw   zero, CH_NUMBER(a0)
    sw   zero, CH_STDIN_START(a0)
    sw   zero, CH_STDIN_END(a0)
    lw   t0, CH_STATE(a0)
    li   t1, RUNNING
    bne  t0, t1, release
    lw   t0, CH_PID(a0)
    beqz t0, release
    addi a0, a0, CH_STDIN
    j    close_at

    .balign 8
openers:
    .dword open_command, open_read, open_write, open_list, open_stat, open_link, open_identity

# copy(to a0, from a1, bytes a2): towards lower addresses the two may overlap. Changes a0 to a2, t0.
copy:
    li   t0, 8
    bltu a2, t0, 2f
1:  ld   t0, 0(a1)
    sd   t0, 0(a0)
    addi a0, a0, 8
    addi a1, a1, 8
    addi a2, a2, -8
    li   t0, 8
    bgeu a2, t0, 1b
2:  beqz a2, 4f
3:  lbu  t0, 0(a1)
    sb   t0, 0(a0)
    addi a0, a0, 1
    addi a1, a1, 1
    addi a2, a2, -1
    bnez a2, 3b
4:  ret
`;
