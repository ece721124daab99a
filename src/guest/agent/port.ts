/** The port: bytes in, bytes out. */
export const PORT = `
# port_ready(-, -, events a2): reads what the host has sent; frames are taken in the next turn. A read
# takes 4 KiB at most from Linux, so a full one may have a successor.
port_ready:
    andi t0, a2, POLLIN
    beqz t0, 3f
1:  lw   a0, G_PORT(gp)
    ld   t0, G_INPUT_LENGTH(gp)
    la   a1, input
    add  a1, a1, t0
    li   a2, INPUT_SIZE
    sub  a2, a2, t0
    beqz a2, 2f
    li   a7, SYS_read
    ecall
    beqz a0, 4f
    bltz a0, port_failed
    ld   t0, G_INPUT_LENGTH(gp)
    add  t0, t0, a0
    sd   t0, G_INPUT_LENGTH(gp)
    slli t0, a0, 52
    beqz t0, 1b
2:  ret
# A host that is not there is told by every wait at once, without rest.
3:  andi t0, a2, POLLHUP
    beqz t0, 2b
4:  li   t0, 1
    sd   t0, G_PAUSED(gp)
    ret

# flush: sends what waits in the output, as much as the port takes.
flush:
    ld   t0, G_OUTPUT_START(gp)
    ld   a2, G_OUTPUT_END(gp)
    sub  a2, a2, t0
    beqz a2, 1f
    lw   a0, G_PORT(gp)
    la   a1, output
    add  a1, a1, t0
    li   a7, SYS_write
    ecall
    bltz a0, port_failed
    ld   t0, G_OUTPUT_START(gp)
    add  t0, t0, a0
    sd   t0, G_OUTPUT_START(gp)
    bnez a0, flush
    ret
1:  sd   zero, G_OUTPUT_START(gp)
    sd   zero, G_OUTPUT_END(gp)
    ret

# port_failed(error a0): what passes is tried again; else the agent ends, and is started anew.
port_failed:
    li   t0, -EAGAIN
    beq  a0, t0, 1f
    li   t0, -EINTR
    beq  a0, t0, 1f
    li   t0, -ENOMEM
    bne  a0, t0, give_up
    li   t0, 1
    sd   t0, G_PAUSED(gp)
1:  ret
`;
