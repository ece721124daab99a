/** One thread, one ppoll: whatever is ready is served, a piece at a time, and nothing ever blocks. */
export const EVENT_LOOP = `
# event_loop: never returns. A turn takes the frames that wait, sends what is to be sent, sleeps until
# a descriptor is ready, and calls the handlers of all that are: handler(channel, stream, events).
# The port stands last: an OPEN may reuse a channel that an earlier handler has freed.
event_loop:
    call take_frames
    call flush
    call gather
    la   a0, polls
    ld   a1, G_POLLS(gp)
    li   a2, 0
    ld   t0, G_PAUSED(gp)
    beqz t0, 1f
    la   a2, pause_time
    sd   zero, G_PAUSED(gp)
1:  li   a3, 0
    li   a4, SIGSET_SIZE
    li   a7, SYS_ppoll
    ecall
    blez a0, event_loop
    la   s0, polls
    la   s1, watchers
    ld   s2, G_POLLS(gp)
2:  beqz s2, event_loop
    lhu  a2, 6(s0)
    beqz a2, 3f
    ld   t0, 0(s1)
    ld   a0, 8(s1)
    ld   a1, 16(s1)
    jalr t0
3:  addi s0, s0, 8
    addi s1, s1, 32
    addi s2, s2, -1
    j    2b

# gather: makes the list of what to wait for. While output waits for the port nothing that could make
# more is listed, so the agent needs no more memory than it has.
gather:
    addi sp, sp, -32
    sd   ra, 0(sp)
    sd   s0, 8(sp)
    sd   s1, 16(sp)
    sd   zero, G_POLLS(gp)
    li   s1, POLLOUT
    ld   t0, G_OUTPUT_END(gp)
    bnez t0, 5f
    li   s1, POLLIN
    la   s0, channels
1:  lw   t0, CH_STATE(s0)
    beqz t0, 3f
    lw   a0, CH_STDIN(s0)
    bltz a0, 2f
    lwu  t0, CH_STDIN_START(s0)
    lwu  t1, CH_STDIN_END(s0)
    beq  t0, t1, 2f
    li   a1, POLLOUT
    la   a2, pump_stdin
    mv   a3, s0
    call watch
2:  mv   a3, s0
    addi a4, s0, CH_OUT
    call watch_stream
    mv   a3, s0
    addi a4, s0, CH_ERR
    call watch_stream
3:  addi s0, s0, CHANNEL_SIZE
    la   t0, channels_end
    bne  s0, t0, 1b
    lw   a0, G_SIGNALS(gp)
    li   a1, POLLIN
    la   a2, reap
    call watch
5:  ld   t0, G_PAUSED(gp)
    bnez t0, 6f
    lw   a0, G_PORT(gp)
    mv   a1, s1
    la   a2, port_ready
    call watch
6:  ld   ra, 0(sp)
    ld   s0, 8(sp)
    ld   s1, 16(sp)
    addi sp, sp, 32
    ret

# watch_stream: lists stream a4 of channel a3 if it may be read: somebody takes what it holds, and
# after the process's end there is something left of it.
watch_stream:
    lw   a0, ST_FD(a4)
    bltz a0, 3f
    lw   t0, CH_NUMBER(a3)
    beqz t0, 1f
    lwu  t0, ST_CREDIT(a4)
    li   t1, CREDIT_LEAST
    bltu t0, t1, 3f
1:  lw   t0, CH_STATE(a3)
    li   t1, RUNNING
    beq  t0, t1, 2f
    lwu  t0, ST_LEFT(a4)
    beqz t0, 3f
2:  li   a1, POLLIN
    la   a2, pump_stream
    tail watch
3:  ret

# watch: lists descriptor a0 for events a1, with handler a2 for channel a3 and stream a4.
watch:
    ld   t0, G_POLLS(gp)
    slli t1, t0, 3
    la   t2, polls
    add  t1, t1, t2
    sw   a0, 0(t1)
    sh   a1, 4(t1)
    sh   zero, 6(t1)
    slli t1, t0, 5
    la   t2, watchers
    add  t1, t1, t2
    sd   a2, 0(t1)
    sd   a3, 8(t1)
    sd   a4, 16(t1)
    addi t0, t0, 1
    sd   t0, G_POLLS(gp)
    ret

    .balign 8
# A tenth of a second: how long a port without a host is left alone.
pause_time:
    .dword 0, 100000000
`;
