/** What flows: the input of commands and files, and their outputs. */
export const STREAMS = `
# pump_stream(channel a0, stream a1): sends one piece of a stream that is ready, as large as a frame and
# its credit allow. Its end closes it; a file's end, or failure, is the channel's.
pump_stream:
    addi sp, sp, -32
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    sd   s2, 24(sp)
    mv   s0, a0
    mv   s1, a1
    lw   a0, ST_FD(s1)
    bltz a0, 9f
    ld   t0, G_OUTPUT_END(gp)
    li   t1, OUTPUT_LIMIT
    bgtu t0, t1, 9f
    li   a2, PAYLOAD_MOST
    lw   t1, CH_NUMBER(s0)
    beqz t1, 1f
    lwu  t1, ST_CREDIT(s1)
    bleu a2, t1, 1f
    mv   a2, t1
1:  lw   t1, CH_STATE(s0)
    li   t2, RUNNING
    beq  t1, t2, 2f
    lwu  t1, ST_LEFT(s1)
    bleu a2, t1, 2f
    mv   a2, t1
2:  beqz a2, 9f
    la   a1, output
    add  a1, a1, t0
    addi a1, a1, HEADER_SIZE
    lw   a7, ST_CALL(s1)
    ecall
    blez a0, 4f
    mv   a2, a0
    lw   t0, ST_LEFT(s1)
    beqz t0, 3f
    sub  t0, t0, a2
    sw   t0, ST_LEFT(s1)
3:  lw   a1, CH_NUMBER(s0)
    beqz a1, 6f
    lw   t0, ST_CREDIT(s1)
    sub  t0, t0, a2
    sw   t0, ST_CREDIT(s1)
    lw   a0, ST_TYPE(s1)
    call emit
    j    6f
4:  li   t0, -EAGAIN
    beq  a0, t0, 9f
    mv   s2, a0
    addi a0, s1, ST_FD
    call close_at
    sw   zero, ST_LEFT(s1)
    lw   t0, CH_PID(s0)
    bnez t0, 6f
    bnez s2, 5f
    li   t0, ENDED
    sw   t0, CH_STATE(s0)
    j    6f
5:  mv   a0, s0
    mv   a3, s2
    li   a4, STEP_READ
    call fail
    j    9f
6:  mv   a0, s0
    call finish_if_drained
9:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    ld   s2, 24(sp)
    addi sp, sp, 32
    ret

# on_stdin: bytes for the input. They are written at once if none wait before them, else kept.
on_stdin:
    addi sp, sp, -32
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    sd   s2, 24(sp)
    mv   s1, a0
    mv   s2, a1
    mv   a0, a2
    call find_channel
    beqz a0, 8f
    mv   s0, a0
    lw   t0, CH_STDIN_ENDED(s0)
    bnez t0, 7f
    lw   t0, CH_STDIN(s0)
    bltz t0, 8f
    lwu  t0, CH_STDIN_START(s0)
    lwu  t1, CH_STDIN_END(s0)
    bne  t0, t1, 1f
    mv   a0, s0
    mv   a1, s1
    mv   a2, s2
    call write_stdin
    add  s1, s1, a0
    sub  s2, s2, a0
    beqz s2, 8f
1:  lwu  t0, CH_STDIN_END(s0)
    add  t1, t0, s2
    li   t2, STDIN_WINDOW
    bleu t1, t2, 2f
# No room behind what waits: it moves to the beginning of the buffer.
    mv   a0, s0
    call stdin_buffer
    lwu  t0, CH_STDIN_START(s0)
    add  a1, a0, t0
    lwu  a2, CH_STDIN_END(s0)
    sub  a2, a2, t0
    sw   zero, CH_STDIN_START(s0)
    sw   a2, CH_STDIN_END(s0)
    add  t1, a2, s2
    li   t2, STDIN_WINDOW
    bgtu t1, t2, 7f
    call copy
2:  mv   a0, s0
    call stdin_buffer
    lwu  t0, CH_STDIN_END(s0)
    add  t1, t0, s2
    sw   t1, CH_STDIN_END(s0)
    add  a0, a0, t0
    mv   a1, s1
    mv   a2, s2
    call copy
    j    8f
7:  li   a0, 1
    j    9f
8:  li   a0, 0
9:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    ld   s2, 24(sp)
    addi sp, sp, 32
    ret

# on_stdin_end: the input ends behind what waits.
on_stdin_end:
    addi sp, sp, -16
    sd   ra, 0(sp)
    mv   a0, a2
    call find_channel
    beqz a0, 1f
    li   t0, 1
    sw   t0, CH_STDIN_ENDED(a0)
    lwu  t0, CH_STDIN_START(a0)
    lwu  t1, CH_STDIN_END(a0)
    bne  t0, t1, 1f
    call end_stdin
1:  li   a0, 0
    ld   ra, 0(sp)
    addi sp, sp, 16
    ret

# pump_stdin(channel a0): writes what waits for an input that has room again.
pump_stdin:
    addi sp, sp, -16
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    mv   s0, a0
    lw   t0, CH_STDIN(s0)
    bltz t0, 2f
    call stdin_buffer
    lwu  t0, CH_STDIN_START(s0)
    add  a1, a0, t0
    lwu  a2, CH_STDIN_END(s0)
    sub  a2, a2, t0
    mv   a0, s0
    call write_stdin
    lwu  t0, CH_STDIN_START(s0)
    add  t0, t0, a0
    sw   t0, CH_STDIN_START(s0)
    lwu  t1, CH_STDIN_END(s0)
    bne  t0, t1, 2f
    sw   zero, CH_STDIN_START(s0)
    sw   zero, CH_STDIN_END(s0)
    lw   t0, CH_STDIN_ENDED(s0)
    beqz t0, 2f
    mv   a0, s0
    call end_stdin
2:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    addi sp, sp, 16
    ret

# end_stdin(channel a0): closes the input. That is how a file that was written ends.
end_stdin:
    addi sp, sp, -16
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    mv   s0, a0
    lw   t0, CH_STDIN(s0)
    bltz t0, 1f
    addi a0, s0, CH_STDIN
    call close_at
    lw   t0, CH_PID(s0)
    bnez t0, 1f
    mv   a0, s0
    call finish
1:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    addi sp, sp, 16
    ret

# write_stdin(channel a0, bytes a1, count a2): writes to the open input and gives the host credit for
# what it took. Returns how many bytes are done with: all, when nobody reads them any more.
write_stdin:
    addi sp, sp, -32
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    mv   s0, a0
    mv   s1, a2
    lw   a0, CH_STDIN(s0)
    li   a7, SYS_write
    ecall
    bltz a0, 1f
    mv   s1, a0
    lw   a1, CH_NUMBER(s0)
    mv   a3, a0
    li   a0, TO_HOST_CREDIT
    call emit_word
    j    3f
1:  mv   a3, a0
    li   t0, -EAGAIN
    bne  a3, t0, 2f
    li   s1, 0
    j    3f
2:  mv   a0, s0
    lw   t0, CH_PID(s0)
    li   a4, STEP_WRITE
    beqz t0, 4f
    addi a0, s0, CH_STDIN
    call close_at
    li   a0, TO_HOST_STDIN_CLOSED
    lw   a1, CH_NUMBER(s0)
    li   a2, 0
    call emit
3:  mv   a0, s1
    ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    addi sp, sp, 32
    ret
4:  call fail
    j    3b

# stdin_buffer(channel a0): the address of the channel's buffer in a0. Changes t0.
stdin_buffer:
    la   t0, channels
    sub  a0, a0, t0
    li   t0, BUFFER_FACTOR
    mul  a0, a0, t0
    la   t0, stdin_buffers
    add  a0, a0, t0
    ret
`;
