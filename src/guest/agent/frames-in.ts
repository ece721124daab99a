/** Frames from the host: found, checked, and given to the handler of their type. */
export const FRAMES_IN = `
# take_frames: handles the whole frames in the input, while the output has room for their answers, and
# moves what is left to its beginning.
take_frames:
    addi sp, sp, -32
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    sd   s2, 24(sp)
    la   s0, input
    ld   s1, G_INPUT_LENGTH(gp)
    add  s1, s1, s0
1:  ld   t0, G_OUTPUT_END(gp)
    li   t1, OUTPUT_LIMIT
    bgtu t0, t1, 9f
    lw   t0, G_SYNCED(gp)
    beqz t0, 5f
# Zeros between frames are passed over.
2:  sub  t1, s1, s0
    beqz t1, 9f
    lbu  t0, 0(s0)
    bnez t0, 3f
    addi s0, s0, 1
    j    2b
3:  li   t2, HEADER_SIZE
    bltu t1, t2, 9f
# Loads at odd addresses are allowed to programs by Linux (Documentation/arch/riscv/uabi.rst).
    lwu  a1, 4(s0)
    li   t2, PAYLOAD_MOST
    bgtu a1, t2, 8f
    addi s2, a1, HEADER_SIZE + 1
    bltu t1, s2, 9f
    add  t2, s0, a1
    lbu  t2, HEADER_SIZE(t2)
    li   t3, FRAME_END
    bne  t2, t3, 8f
# The type's row: handler, least and most bytes of its payload.
    li   t2, HANDLERS
    bgtu t0, t2, 8f
    li   t2, 24
    mul  t0, t0, t2
    la   t2, handlers - 24
    add  t0, t0, t2
    ld   t1, 8(t0)
    bltu a1, t1, 8f
    ld   t1, 16(t0)
    bgtu a1, t1, 8f
    ld   t0, 0(t0)
    lhu  a2, 2(s0)
    addi a0, s0, HEADER_SIZE
    jalr t0
    bnez a0, 8f
    add  s0, s0, s2
    j    1b
# Without SYNC: it is looked for byte by byte, and then taken as a frame.
5:  la   t0, sync_begin
    ld   t2, 0(t0)
    ld   t3, 8(t0)
6:  sub  t1, s1, s0
    li   t0, SYNC_FRAME
    bltu t1, t0, 9f
    ld   t0, 0(s0)
    bne  t0, t2, 7f
    ld   t0, 8(s0)
    bne  t0, t3, 7f
    lbu  t0, SYNC_FRAME - 1(s0)
    addi t0, t0, -FRAME_END
    bnez t0, 7f
    li   t0, 1
    sw   t0, G_SYNCED(gp)
    j    1b
7:  addi s0, s0, 1
    j    6b
# No frame: the host is asked to begin anew.
8:  sw   zero, G_SYNCED(gp)
    call greet
    j    1b
9:  la   a0, input
    mv   a1, s0
    sub  a2, s1, s0
    sd   a2, G_INPUT_LENGTH(gp)
    beq  a0, a1, 10f
    call copy
10: ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    ld   s2, 24(sp)
    addi sp, sp, 32
    ret

# Handlers: handler(payload a0, its length a1, channel's number a2) returns 0, or anything else if the
# frame cannot be meant.

# on_sync: another host's end, or the same that begins anew. Channels of before are left to themselves.
on_sync:
    addi sp, sp, -32
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    li   t1, MAGIC
    ld   t2, 0(a0)
    li   t0, 1
    bne  t1, t2, 3f
    mv   s0, a0
    sd   zero, G_ARGUMENTS_LENGTH(gp)
    sd   zero, G_ARGUMENTS_LOST(gp)
    la   s1, channels
1:  lw   t0, CH_STATE(s1)
    beqz t0, 2f
    mv   a0, s1
    call abandon
2:  addi s1, s1, CHANNEL_SIZE
    la   t0, channels_end
    bne  s1, t0, 1b
    ld   a0, 8(s0)
    call hello
    li   t0, 0
3:  mv   a0, t0
    ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    addi sp, sp, 32
    ret

# on_arguments: keeps them for the OPEN to come.
on_arguments:
    ld   t0, G_ARGUMENTS_LENGTH(gp)
    add  t1, t0, a1
    li   t2, ARGUMENTS_MOST
    bgtu t1, t2, 1f
    sd   t1, G_ARGUMENTS_LENGTH(gp)
    mv   a2, a1
    mv   a1, a0
    la   a0, arguments
    add  a0, a0, t0
    addi sp, sp, -16
    sd   ra, 0(sp)
    call copy
    ld   ra, 0(sp)
    addi sp, sp, 16
    li   a0, 0
    ret
1:  li   t0, 1
    sd   t0, G_ARGUMENTS_LOST(gp)
    li   a0, 0
    ret

# on_credit: the host's reader has taken bytes of a stream; types of streams other than ours are none.
on_credit:
    addi sp, sp, -16
    sd   ra, 0(sp)
    lwu  t3, 0(a0)
    lwu  t4, 4(a0)
    mv   a0, a2
    call find_channel
    ld   ra, 0(sp)
    addi sp, sp, 16
    beqz a0, 2f
    addi t0, a0, CH_OUT
    lw   t1, ST_TYPE(t0)
    beq  t1, t3, 1f
    addi t0, a0, CH_ERR
    lw   t1, ST_TYPE(t0)
    bne  t1, t3, 3f
1:  lwu  t1, ST_CREDIT(t0)
    add  t1, t1, t4
    li   t2, OUTPUT_WINDOW
    bgtu t1, t2, 3f
    sw   t1, ST_CREDIT(t0)
2:  li   a0, 0
    ret
3:  li   a0, 1
    ret

    .balign 8
handlers:
    .dword on_sync, SYNC_PAYLOAD, SYNC_PAYLOAD
    .dword on_arguments, 1, PAYLOAD_MOST
    .dword on_open, 8, 8
    .dword on_stdin, 1, PAYLOAD_MOST
    .dword on_stdin_end, 0, 0
    .dword on_kill, 4, 4
    .dword on_credit, 8, 8
sync_begin:
    .byte TO_GUEST_SYNC, 0, 0, 0
    .word SYNC_PAYLOAD
    .dword MAGIC
`;
