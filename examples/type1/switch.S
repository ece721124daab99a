# Between the hypervisor and a guest. To C, running a guest is a function call: enter_guest returns when
# the guest trapped, with the guest's registers in its struct vcpu and the cause in scause.

#define PC 0
#define HOST_STACK 256
#define A0 80
#define T0 40
#define FRAME 112

  .option arch, +h
  .text

.macro guest_registers op
  \op x1, 8(a0)
  \op x2, 16(a0)
  \op x3, 24(a0)
  \op x4, 32(a0)
  \op x6, 48(a0)
  \op x7, 56(a0)
  \op x8, 64(a0)
  \op x9, 72(a0)
  \op x11, 88(a0)
  \op x12, 96(a0)
  \op x13, 104(a0)
  \op x14, 112(a0)
  \op x15, 120(a0)
  \op x16, 128(a0)
  \op x17, 136(a0)
  \op x18, 144(a0)
  \op x19, 152(a0)
  \op x20, 160(a0)
  \op x21, 168(a0)
  \op x22, 176(a0)
  \op x23, 184(a0)
  \op x24, 192(a0)
  \op x25, 200(a0)
  \op x26, 208(a0)
  \op x27, 216(a0)
  \op x28, 224(a0)
  \op x29, 232(a0)
  \op x30, 240(a0)
  \op x31, 248(a0)
.endm

# What a C function must find as it left it; all else is its caller's to save.
.macro host_registers op
  \op ra, 0(sp)
  \op s0, 8(sp)
  \op s1, 16(sp)
  \op s2, 24(sp)
  \op s3, 32(sp)
  \op s4, 40(sp)
  \op s5, 48(sp)
  \op s6, 56(sp)
  \op s7, 64(sp)
  \op s8, 72(sp)
  \op s9, 80(sp)
  \op s10, 88(sp)
  \op s11, 96(sp)
.endm

# void enter_guest(struct vcpu *a0)
  .globl enter_guest
enter_guest:
  addi sp, sp, -FRAME
  host_registers sd
  sd sp, HOST_STACK(a0)
  csrw sscratch, a0
  la t0, guest_trapped
  csrw stvec, t0
  ld t0, PC(a0)
  csrw sepc, t0
  guest_registers ld
  ld t0, T0(a0)
  ld a0, A0(a0)
  # hstatus.SPV is 1: into VS- or VU-mode, as sstatus.SPP says (Privileged 15.6.4).
  sret

# The hart comes here with all registers the guest's, but for sscratch.
  .balign 4
guest_trapped:
  csrrw a0, sscratch, a0
  sd t0, T0(a0)
  guest_registers sd
  csrr t0, sscratch
  sd t0, A0(a0)
  csrr t0, sepc
  sd t0, PC(a0)
  la t0, supervisor_trap
  csrw stvec, t0
  ld sp, HOST_STACK(a0)
  host_registers ld
  addi sp, sp, FRAME
  ret

# uint32_t guest_instruction(uint64_t a0)
#
# HLVX reads through both stages with the guest's rights to execute (Privileged 15.3.1). It can fault, for the
# guest may have changed its tables since: then the hart comes to 1, as HS-mode's trap from HS-mode,
# and what says where the guest is to go on must be put back.
  .globl guest_instruction
guest_instruction:
  csrr t0, sstatus
  csrr t1, hstatus
  la t2, 1f
  csrrw t3, stvec, t2
  mv t4, a0
  li a0, 0
  hlvx.hu t5, (t4)
  li t2, 3
  and t6, t5, t2
  bne t6, t2, 2f
  addi t4, t4, 2
  hlvx.hu t6, (t4)
  slli t6, t6, 16
  or t5, t5, t6
2:
  sext.w a0, t5
  .balign 4
1:
  csrw stvec, t3
  csrw hstatus, t1
  csrw sstatus, t0
  ret
