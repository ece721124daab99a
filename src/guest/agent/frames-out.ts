/** Frames to the host: written to the output, which `flush` sends. */
export const FRAMES_OUT = `
# emit(type a0, channel's number a1, payload's length a2): a frame around a payload that is there
# already, or that the caller writes to where a0 then points. Callers see to it that there is room.
# Changes only a0 and t0 to t3.
emit:
    ld   t0, G_OUTPUT_END(gp)
    la   t1, output
    add  t1, t1, t0
    sb   a0, 0(t1)
    sb   zero, 1(t1)
    sh   a1, 2(t1)
    sw   a2, 4(t1)
    add  t2, t1, a2
    li   t3, FRAME_END
    sb   t3, HEADER_SIZE(t2)
    add  t0, t0, a2
    addi t0, t0, HEADER_SIZE + 1
    sd   t0, G_OUTPUT_END(gp)
    addi a0, t1, HEADER_SIZE
    ret

# emit_word(type a0, channel's number a1, value a3): a frame with 32 bits.
emit_word:
    li   a2, 4
    mv   t4, ra
    call emit
    sw   a3, 0(a0)
    jr   t4

# emit_failure(channel's number a1, errno a3, step a4): the channel's last frame.
emit_failure:
    li   a0, TO_HOST_FAILED
    li   a2, 8
    mv   t4, ra
    call emit
    sw   a3, 0(a0)
    sw   a4, 4(a0)
    jr   t4

# greet: asks the host for a SYNC. Zeros go first, in case that its reading stands in a frame.
greet:
    ld   t0, G_OUTPUT_END(gp)
    la   t1, output
    add  t1, t1, t0
    li   t2, FRAME_MOST
    add  t0, t0, t2
    sd   t0, G_OUTPUT_END(gp)
    add  t2, t2, t1
1:  sb   zero, 0(t1)
    addi t1, t1, 1
    bne  t1, t2, 1b
    li   a0, 0
    tail hello

# hello(nonce a0): what answers a SYNC, and with nonce 0 asks for one.
hello:
    mv   a3, a0
    li   a0, TO_HOST_HELLO
    li   a1, 0
    li   a2, HELLO_PAYLOAD
    mv   t4, ra
    call emit
    li   t0, MAGIC
    sd   t0, 0(a0)
    sd   a3, 8(a0)
    li   t0, VERSION
    sw   t0, 16(a0)
    jr   t4
`;
