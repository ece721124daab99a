/* A virtual machine monitor over KVM, small enough to be read in one go: one vCPU, RAM, a UART, a power
 * switch, and the console of SBI. KVM runs the payload's instructions; this program is asked where an
 * access reaches no RAM, where KVM does not answer a call of SBI, and at the end. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "devices.h"
#include "exits.h"
#include "sbi.h"
#include "status.h"
#include "vm.h"

#define MOST_MEMORY 1024 /* MiB; what is beyond RAM's start in the payload's map */

static const char HELP[] =
    "usage: vmm [--memory MIB] [--timeout SECONDS] PAYLOAD\n"
    "Runs PAYLOAD, a raw binary, in VS-mode at 0x80000000 through /dev/kvm, with a UART at\n"
    "0x10000000, a power switch at 0x100000 and the console of SBI. Tells its exits on stderr.\n"
    "\n"
    "  --memory MIB       RAM, 2 to 1024; default 16\n"
    "  --timeout SECONDS  stop the payload then, with status 124\n"
    "  --help             print this\n"
    "\n"
    "Status: what the payload says to the power switch; 0 when it shuts down by SBI. 1: it asked for\n"
    "a reset, or told a failure. 2: wrong usage. 3: KVM is missing or refuses. 4: the payload did\n"
    "what cannot be gone on from.\n";

static struct vm vm;
static volatile sig_atomic_t expired;

/* The signal may come just before KVM_RUN, which would not see it: the flag makes it return at once. */
static void on_alarm(int signal) {
  (void)signal;
  expired = 1;
  vm.run->immediate_exit = 1;
}

static void limit_time(long seconds) {
  struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART: KVM_RUN is to end */
  sigaction(SIGALRM, &action, NULL);
  struct itimerval limit = {.it_value = {.tv_sec = seconds}};
  setitimer(ITIMER_REAL, &limit, NULL);
}

static long number(const char *option, const char *text, long least, long most) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != 0 || value < least || value > most) {
    errx(STATUS_USAGE, "--%s takes a number from %ld to %ld, not '%s'", option, least, most, text);
  }
  return value;
}

static int stuck(void) {
  vm_print_registers(&vm);
  return STATUS_STUCK;
}

static int on_system_event(void) {
  /* What the payload gives as reason of its SBI call: 0 is none, all else a failure. */
  uint64_t reason = vm.run->system_event.ndata > 0 ? vm.run->system_event.data[0] : 0;
  if (vm.run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN && reason == 0) return 0;
  warnx("the payload ended with system event %u for reason %lu", vm.run->system_event.type, reason);
  return STATUS_FAILED;
}

/* Serves one exit. The status to end with, or -1 to go on. */
static int serve(void) {
  struct kvm_run *run = vm.run;
  int status = -1;
  switch (run->exit_reason) {
    case KVM_EXIT_MMIO:
      if (device_access(run, &status)) return status;
      warnx("a %s of %u bytes at %#llx reaches no device", run->mmio.is_write ? "store" : "load",
            run->mmio.len, run->mmio.phys_addr);
      return stuck();
    case KVM_EXIT_RISCV_SBI:
      sbi_answer(&vm);
      return status;
    case KVM_EXIT_SYSTEM_EVENT:
      return on_system_event();
    case KVM_EXIT_RISCV_CSR:
      warnx("the payload used CSR %#lx, which nobody has", run->riscv_csr.csr_num);
      return stuck();
    default:
      warnx("nothing is known about exit %u (%s)", run->exit_reason, exit_name(run->exit_reason));
      return stuck();
  }
}

/* Runs the payload to its end; the status to end with. */
static int run_payload(void) {
  for (;;) {
    if (ioctl(vm.vcpu, KVM_RUN, 0) == 0) {
      exits_count(vm.run->exit_reason);
      int status = serve();
      if (status >= 0) return status;
    } else if (errno == EINTR) {
      exits_count(KVM_EXIT_INTR);
    } else {
      /* Of what the payload cannot be told either, as a jump to where there is no RAM. */
      warn("KVM cannot run the payload on");
      return stuck();
    }
    if (expired) {
      warnx("the payload did not end in time");
      vm_print_registers(&vm);
      return STATUS_TIMEOUT;
    }
  }
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"memory", required_argument, NULL, 'm'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
  long memory = 16, timeout = 0;
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == 'm') memory = number("memory", optarg, 2, MOST_MEMORY);
    if (option == 't') timeout = number("timeout", optarg, 1, 86400);
    if (option == 'h') {
      fputs(HELP, stdout);
      return 0;
    }
    if (option == '?') errx(STATUS_USAGE, "see vmm --help");
  }
  if (argc - optind != 1) errx(STATUS_USAGE, "one payload is needed, not %d; see vmm --help", argc - optind);
  vm_create(&vm, (size_t)memory << 20);
  vm_load(&vm, argv[optind]);
  vm_reset(&vm);
  if (timeout > 0) limit_time(timeout);
  int status = run_payload();
  exits_print(&vm);
  return status;
}
