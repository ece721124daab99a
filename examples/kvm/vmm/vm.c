#include "vm.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "status.h"

/* The number that KVM knows a register by: its group, its size, its place in the group. */
#define REGISTER(group, place) (KVM_REG_RISCV | KVM_REG_SIZE_U64 | (group) | (place))
#define CORE(name) REGISTER(KVM_REG_RISCV_CORE, KVM_REG_RISCV_CORE_REG(name))
#define TIMER(name) REGISTER(KVM_REG_RISCV_TIMER, KVM_REG_RISCV_TIMER_REG(name))

/* Extensions of SBI that KVM can be asked to offer. Debian 12's <asm/kvm.h> is older than these. */
#define SBI_EXTENSION (0x08ul << KVM_REG_RISCV_TYPE_SHIFT)
#define SBI_EXTENSION_DBCN 9

static uint64_t get_register(struct vm *vm, uint64_t id) {
  uint64_t value = 0;
  struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
  if (ioctl(vm->vcpu, KVM_GET_ONE_REG, &reg) < 0) err(STATUS_KVM, "KVM tells no register %#lx", id);
  return value;
}

static void set_register(struct vm *vm, uint64_t id, uint64_t value) {
  struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
  if (ioctl(vm->vcpu, KVM_SET_ONE_REG, &reg) < 0) err(STATUS_KVM, "KVM takes no register %#lx", id);
}

static void open_kvm(struct vm *vm) {
  vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (vm->kvm < 0 && errno == ENOENT) {
    errx(STATUS_KVM, "there is no /dev/kvm: it takes a processor with the hypervisor extension, and "
                     "the kernel's module kvm");
  }
  if (vm->kvm < 0) err(STATUS_KVM, "cannot open /dev/kvm");
  int version = ioctl(vm->kvm, KVM_GET_API_VERSION, 0);
  if (version != KVM_API_VERSION) {
    errx(STATUS_KVM, "KVM speaks version %d, not %d", version, KVM_API_VERSION);
  }
}

static void add_ram(struct vm *vm, size_t size) {
  void *ram = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (ram == MAP_FAILED) err(STATUS_KVM, "no memory for %zu bytes of RAM", size);
  vm->ram = ram;
  vm->ram_size = size;
  /* From here on the guest's pages are those of this process: what it touches, KVM enters in its tables. */
  struct kvm_userspace_memory_region region = {
      .guest_phys_addr = RAM_BASE, .memory_size = size, .userspace_addr = (uintptr_t)ram};
  if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) < 0) {
    err(STATUS_KVM, "KVM takes no RAM of %zu bytes", size);
  }
}

static void add_vcpu(struct vm *vm) {
  vm->vcpu = ioctl(vm->fd, KVM_CREATE_VCPU, 0);
  if (vm->vcpu < 0) err(STATUS_KVM, "KVM makes no vCPU");
  int size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  if (size < (int)sizeof *vm->run) errx(STATUS_KVM, "KVM shares %d bytes of the vCPU: too few", size);
  vm->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
  if (vm->run == MAP_FAILED) err(STATUS_KVM, "KVM does not share the vCPU");
  /* The debug console is off until asked for. A kernel that does not know it says no, and its guests have
   * the older calls instead, or none: the payload asks which. */
  uint64_t yes = 1;
  struct kvm_one_reg console = {.id = REGISTER(SBI_EXTENSION, SBI_EXTENSION_DBCN),
                                .addr = (uintptr_t)&yes};
  ioctl(vm->vcpu, KVM_SET_ONE_REG, &console);
}

void vm_create(struct vm *vm, size_t ram_size) {
  open_kvm(vm);
  vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, 0);
  if (vm->fd < 0) err(STATUS_KVM, "KVM makes no machine");
  add_ram(vm, ram_size);
  add_vcpu(vm);
}

void vm_load(struct vm *vm, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) err(STATUS_USAGE, "cannot open payload %s", path);
  size_t size = fread(vm->ram, 1, vm->ram_size, file);
  if (ferror(file)) err(STATUS_USAGE, "cannot read payload %s", path);
  if (size == 0) errx(STATUS_USAGE, "payload %s is empty", path);
  if (fgetc(file) != EOF) {
    errx(STATUS_USAGE, "payload %s is larger than the RAM of %zu bytes", path, vm->ram_size);
  }
  fclose(file);
}

void vm_reset(struct vm *vm) {
  set_register(vm, CORE(mode), KVM_RISCV_MODE_S);
  set_register(vm, CORE(regs.pc), RAM_BASE);
  set_register(vm, CORE(regs.a0), 0);
  set_register(vm, CORE(regs.a1), get_register(vm, TIMER(frequency)));
}

uint8_t *vm_memory(struct vm *vm, uint64_t address, uint64_t size) {
  uint64_t offset = address - RAM_BASE;
  if (size > vm->ram_size || offset > vm->ram_size - size) return NULL;
  return vm->ram + offset;
}

static void print_register(struct vm *vm, const char *name, uint64_t id, int place) {
  fprintf(stderr, "%10s %016lx%s", name, get_register(vm, id), place % 4 == 3 ? "\n" : "");
}

void vm_print_registers(struct vm *vm) {
  /* In the order of KVM's structures, where each takes the next place. */
  static const char *const core[] = {
      "pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
      "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
  static const char *const csrs[] = {"sstatus", "sie",    "stvec", "sscratch",
                                     "sepc",    "scause", "stval", "sip"};
  for (int i = 0; i < 32; i++) print_register(vm, core[i], REGISTER(KVM_REG_RISCV_CORE, i), i);
  for (int i = 0; i < 8; i++) print_register(vm, csrs[i], REGISTER(KVM_REG_RISCV_CSR, i), i);
  bool supervisor = get_register(vm, CORE(mode)) == KVM_RISCV_MODE_S;
  print_register(vm, "satp", REGISTER(KVM_REG_RISCV_CSR, KVM_REG_RISCV_CSR_REG(satp)), 0);
  fprintf(stderr, "      mode V%c\n", supervisor ? 'S' : 'U');
}
