/** The folder in the guest that has what its own guest boots from. */
export const L2_FOLDER = '/usr/local/lib/l2';

/** Where the command is. */
export const L2_PATH = '/usr/local/bin/l2';

/**
 * `l2`: boots the default guest in the guest, by KVM. "L1" is the machine that Hartwood runs,
 * "L2" the one inside of it.
 *
 * Every exit to QEMU costs L1 thousands of instructions, so this leads L2's console where there are few: the
 * kernel's log goes by SBI's debug console, a line for each call, until the virtio console is there. By the
 * UART it would be two exits for each character. Memory comes in huge pages if L1 has them free: its kernel
 * then maps 2 MiB for each fault of the G-stage, else 4 KiB.
 */
export const L2_COMMAND = `#!/bin/sh
# Boots Debian in this machine, by KVM.
set -u
memory=256 cpus=1 kernel=${L2_FOLDER}/kernel initrd=${L2_FOLDER}/initrd append=

usage() {
  cat << 'END'
Usage: l2 [options] [-- QEMU's options]

Boots Debian inside of this machine, by QEMU and KVM, and connects its console.
Ctrl-] X leaves; the end of the shell there switches it off.

Options:
  --memory MB     RAM of the machine inside (256)
  --cpus NUMBER   its harts (1)
  --kernel FILE   a riscv64 Linux Image (this machine's own)
  --initrd FILE   its initial RAM disk (that of Hartwood's default guest)
  --append WORDS  added to its kernel's command line
  --help          this help
END
}
wrong() {
  echo "l2: $1" >&2
  exit 2
}
number() {
  case $2 in
    '' | 0* | *[!0-9]* | ?????*) wrong "$1 '$2' is no number; right would be $3" ;;
  esac
}

while [ $# -gt 0 ]; do
  option=$1
  shift
  case $option in
    --help | -h)
      usage
      exit
      ;;
    --) break ;;
    --memory | --cpus | --kernel | --initrd | --append)
      [ $# -gt 0 ] || wrong "$option needs a value"
      case $option in
        --memory) memory=$1 ;;
        --cpus) cpus=$1 ;;
        --kernel) kernel=$1 ;;
        --initrd) initrd=$1 ;;
        --append) append=$1 ;;
      esac
      shift
      ;;
    *) wrong "there is no option '$option'; l2 --help lists them" ;;
  esac
done
number --memory "$memory" 'megabytes, as 256'
number --cpus "$cpus" '1 to 8'
[ -r "$kernel" ] || wrong "there is no kernel '$kernel'"
[ -r "$initrd" ] || wrong "there is no initrd '$initrd'"
total=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
[ "$memory" -le "$total" ] || wrong "--memory $memory is more than the $total MB of this machine"
[ "$memory" -ge 112 ] || [ "$kernel" != ${L2_FOLDER}/kernel ] ||
  wrong "--memory $memory is too little for Debian; right would be 112 or more"
[ -e /dev/kvm ] || wrong "there is no /dev/kvm: this machine needs the hypervisor extension, as --nested gives it"

# Other guests may have some of the pool; what is added to it is taken back at the end.
pool=/sys/kernel/mm/hugepages/hugepages-2048kB
pages=$(((memory + 1) / 2))
memory=$((pages * 2))
unused() {
  echo $(($(cat $pool/free_hugepages) - $(cat $pool/resv_hugepages)))
}
resize() {
  echo $(($(cat $pool/nr_hugepages) + $1)) > $pool/nr_hugepages
}
give_back() {
  [ $added -le 0 ] || resize -$added
}
before=$(cat $pool/nr_hugepages 2> /dev/null || echo 0)
added=0
# Also when all of the group is told to end, as by the end of a terminal.
trap give_back EXIT
trap 'exit 129' HUP
trap 'exit 143' TERM
backend=memory-backend-ram,id=ram,size=\${memory}M
if [ -w $pool/nr_hugepages ]; then
  missing=$((pages - $(unused)))
  [ $missing -gt 0 ] && resize $missing
  added=$(($(cat $pool/nr_hugepages) - before))
  if [ "$(unused)" -ge $pages ]; then
    backend=memory-backend-memfd,id=ram,size=\${memory}M,hugetlb=on
  else
    give_back
    added=0
  fi
fi

# On a terminal the log and the console share it, and a key that leaves. Elsewhere they must not: QEMU holds
# back up to 32 bytes of what is shared until more is typed, and the end of a pipe would be lost.
if [ -t 0 ]; then
  terminal='-chardev stdio,id=terminal,signal=off,mux=on -echr 29 -serial chardev:terminal'
else
  # QEMU takes a descriptor for writing only, and that of a terminal is not.
  if [ -t 1 ]; then exec 3> /dev/stdout; else exec 3>&1; fi
  terminal='-chardev stdio,id=terminal,signal=off -add-fd set=1,fd=3
    -chardev file,id=log,path=/dev/fdset/1,append=on -serial chardev:log'
fi

qemu-system-riscv64 -accel kvm -cpu host -machine virt,memory-backend=ram -nodefaults -display none \\
  -m "$memory" -object "$backend" -smp "$cpus" -kernel "$kernel" -initrd "$initrd" \\
  -append "earlycon=sbi console=hvc0 cryptomgr.notests $append" $terminal \\
  -device virtio-serial-pci -device virtconsole,chardev=terminal,name=org.hartwood.console \\
  "$@"
`;
