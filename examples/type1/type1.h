/* The hypervisor's own types and the functions that its files offer each other. */
#ifndef TYPE1_H
#define TYPE1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where each guest finds its RAM and its UART: guest-physical addresses, the same for all guests. */
#define GUEST_RAM_BASE 0x80000000ul
#define GUEST_RAM_SIZE (2ul << 20)
#define GUEST_UART_BASE 0x10000000ul

#define PAGE_SIZE 4096ul
/* Sv39x4: a root of 2,048 entries, four times an ordinary table, as guest-physical addresses have 41 bits. */
#define GSTAGE_ROOT_ENTRIES 2048
#define GSTAGE_TABLES 2

/* How long a guest runs before it is the next one's turn, in ticks: 1 ms. */
#define SLICE 10000ul
/* So many slices in a row without an exit and with interrupts off, and a guest counts as hung. */
#define DEAF_SLICES 10
/* So many faults that no good program has, and a guest is killed. */
#define STRIKES 20
#define NEVER (~0ul)

/* A guest's CSRs while it does not run. A hart has each of them once, so they change with the guest. */
#define GUEST_CSRS(X)                                                                            \
  X(vsstatus) X(vsie) X(vstvec) X(vsscratch) X(vsepc) X(vscause) X(vstval) X(vsatp) X(vstimecmp) \
  X(htimedelta) X(hgatp) X(hstatus)                                                              \
  /* These three have no twin for guests: theirs and ours are one register. */                   \
  X(sstatus) X(scounteren) X(senvcfg)

/* switch.S knows the places of the first two fields. */
struct vcpu {
  uint64_t x[32]; /* x0 is always 0: its place holds the pc */
  uint64_t host_stack;
#define X(name) uint64_t name;
  GUEST_CSRS(X)
#undef X
};

enum exit_kind { EXIT_TIMER, EXIT_SBI, EXIT_DEVICE, EXIT_WAIT, EXIT_FAULT, EXIT_INSTRUCTION, EXIT_KINDS };

enum vm_state { VM_READY, VM_WAITING, VM_FINISHED, VM_KILLED };

struct vm {
  const char *name;
  uint64_t vmid;
  enum vm_state state;
  struct vcpu vcpu;
  uint64_t exits[EXIT_KINDS];
  uint64_t slices;
  uint64_t run_ticks;
  unsigned deaf_slices;
  unsigned strikes;
  char line[100]; /* what it wrote since its last newline */
  unsigned line_length;
  unsigned tables_used;
  uint64_t root[GSTAGE_ROOT_ENTRIES] __attribute__((aligned(4 * PAGE_SIZE)));
  uint64_t tables[GSTAGE_TABLES][512] __attribute__((aligned(PAGE_SIZE)));
  uint8_t ram[GUEST_RAM_SIZE] __attribute__((aligned(PAGE_SIZE)));
};

/* start.S, setup.c, main.c */
extern const uint8_t machine_trap[], supervisor_trap[];
void setup(void);
void main(void);
void unexpected_trap(uint64_t cause, uint64_t pc, uint64_t value);

/* vm.c: a guest's life. */
void vm_create(struct vm *vm, const char *name, uint64_t vmid, const uint8_t *image, size_t size);
void vm_load(const struct vm *vm);
void vm_save(struct vm *vm);
bool vm_over(const struct vm *vm);
void vm_finish(struct vm *vm, bool well);
void vm_kill(struct vm *vm, const char *why);
void vm_inject(struct vm *vm, uint64_t cause, uint64_t value);
/* Host memory behind `size` bytes of a guest's RAM, or NULL if they are not all RAM of this guest. */
uint8_t *vm_memory(struct vm *vm, uint64_t guest_physical, uint64_t size);

/* gstage.c: the second stage of address translation. */
enum { MAP_READ = 1 << 1, MAP_WRITE = 1 << 2, MAP_EXECUTE = 1 << 3 };
void gstage_map(struct vm *vm, uint64_t guest_physical, const void *memory, unsigned permissions);
uint64_t gstage_hgatp(const struct vm *vm);

/* switch.S: runs a guest until something needs the hypervisor. */
void enter_guest(struct vcpu *vcpu);
/* The instruction at a guest-virtual address, read as the guest would fetch it; 0 if it cannot be read. */
uint32_t guest_instruction(uint64_t address);

/* exit.c, device.c, sbi.c: what the hypervisor does about an exit; exit_handle is false at a slice's end. */
bool exit_handle(struct vm *vm);
bool device_access(struct vm *vm, uint64_t guest_physical, uint32_t instruction);
void sbi_call(struct vm *vm);

/* schedule.c: runs guests in turn until all are over. */
void schedule(struct vm *vms, unsigned count);

/* console.c: print knows %s, %d, %u, %x of 64 bits, and widths as in %-8s or %6u. */
void print(const char *format, ...);
void console_guest_byte(struct vm *vm, char byte);
void console_guest_end(struct vm *vm);
void power_off(bool well) __attribute__((noreturn));
void panic(const char *why) __attribute__((noreturn));

#endif
