/** Files: channels without a process. Each opener has the path as its only argument. */
export const FILES = `
# open_read(channel a0): the file's bytes are the output. A pipe without a writer must not hold us up.
open_read:
    li   a2, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    j    open_output

# open_list(channel a0): the folder's entries, as the kernel lays them out, are the output.
open_list:
    li   t0, SYS_getdents64
    sw   t0, CH_OUT + ST_CALL(a0)
    li   a2, O_RDONLY | O_NONBLOCK | O_DIRECTORY | O_CLOEXEC

# open_output(channel a0, flags a2).
open_output:
    mv   t1, a0
    li   a0, AT_FDCWD
    la   a1, arguments
    li   a3, 0
    li   a7, SYS_openat
    ecall
    li   a1, STEP_OPEN
    bltz a0, 1f
    sw   a0, CH_OUT + ST_FD(t1)
    li   t0, RUNNING
    sw   t0, CH_STATE(t1)
    li   a0, 0
1:  ret

# open_write(channel a0, detail a1): the input becomes the file's content, from its beginning on.
open_write:
    mv   t1, a0
    mv   t2, a1
    li   t3, 0xfff
    and  t3, t3, a1
    li   a0, AT_FDCWD
    la   a1, arguments
    li   a2, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    mv   a3, t3
    li   a7, SYS_openat
    ecall
    li   a1, STEP_OPEN
    bltz a0, 2f
    sw   a0, CH_STDIN(t1)
# A wanted mode is set also where the file was there, and whatever the umask is.
    li   t0, MODE_WANTED
    and  t0, t0, t2
    beqz t0, 1f
    mv   a1, t3
    li   a7, SYS_fchmod
    ecall
    bltz a0, 3f
1:  li   t0, RUNNING
    sw   t0, CH_STATE(t1)
    li   a0, 0
2:  ret
3:  mv   t3, a0
    lw   a0, CH_STDIN(t1)
    li   a7, SYS_close
    ecall
    mv   a0, t3
    li   a1, STEP_OPEN
    ret

# open_stat(channel a0, detail a1): sends a struct statx at once, and the end.
open_stat:
    mv   a5, a0
    li   a2, 0
    beqz a1, 1f
    li   a2, AT_SYMLINK_NOFOLLOW
1:  li   a0, AT_FDCWD
    la   a1, arguments
    li   a3, STATX_BASIC_STATS
    ld   t0, G_OUTPUT_END(gp)
    la   a4, output
    add  a4, a4, t0
    addi a4, a4, HEADER_SIZE
    li   a7, SYS_statx
    ecall
    li   a1, STEP_READ
    bltz a0, send_result
    li   a0, STATX_SIZE
    j    send_result

# open_link(channel a0): sends the path that a symbolic link holds, and the end.
open_link:
    mv   a5, a0
    li   a0, AT_FDCWD
    la   a1, arguments
    ld   t0, G_OUTPUT_END(gp)
    la   a2, output
    add  a2, a2, t0
    addi a2, a2, HEADER_SIZE
    li   a3, PATH_MOST
    li   a7, SYS_readlinkat
    ecall
    li   a1, STEP_READ

# send_result(bytes a0 that stand where a frame's payload will be, channel a5): an output that is
# complete, and its end; what is negative is an error and goes back to on_open.
send_result:
    bltz a0, 1f
    addi sp, sp, -16
    sd   ra, 0(sp)
    mv   a2, a0
    li   a0, TO_HOST_STDOUT
    lw   a1, CH_NUMBER(a5)
    call emit
    mv   a0, a5
    call finish
    ld   ra, 0(sp)
    addi sp, sp, 16
    li   a0, 0
1:  ret
`;
