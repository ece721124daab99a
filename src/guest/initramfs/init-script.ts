import { AGENT_PORT } from '../agent/protocol.js';

/** The console's port, by which the guest knows that `/dev/hvc0` leads somewhere. */
export const CONSOLE_PORT = 'org.hartwood.console';

/**
 * Loads KVM where the processor can run guests, which the letter "h" of its ISA string tells (Privileged
 * 15.2), so that `/dev/kvm` is there. Nothing else says a word about it.
 *
 * Unless it is told otherwise, this KVM leaves the processor ready for guests when the last of them has gone,
 * and with it that guest's timer, due and enabled: by Privileged 3.3.3, WFI returns at once then, and
 * an idle machine would keep its host busy for ever.
 */
export const LOAD_KVM = `read -r isa < /proc/device-tree/cpus/cpu@0/riscv,isa
case \${isa%%_*} in
  rv64*h*) modprobe -q kvm enable_virt_at_load=0 2> /dev/null ;;
esac`;

/**
 * Keeps the kernel from waking an idle machine six times a second: compaction without need each half second, statistics of
 * memory each second, and a look each four whether a processor hangs, which on a thread shared by hundreds only means that
 * it waits for its turn. They made two thirds of what an idle guest executes. A kernel without one of them says nothing.
 */
export const LET_IDLE = `for knob in vm/compaction_proactiveness=0 vm/stat_interval=600 kernel/watchdog=0; do
  [ -w "/proc/sys/\${knob%=*}" ] && echo "\${knob#*=}" > "/proc/sys/\${knob%=*}"
done`;

/**
 * `/init` of the default guest: process 1 of the initramfs.
 *
 * It does with shell built-ins whatever it can: each program that it starts costs milliseconds of the
 * boot. It waits for its children in the background, so that it can take the signals by which
 * busybox's `poweroff`, `halt` and `reboot` address process 1; waiting also reaps orphans.
 *
 * `hartwood.console=off` on the kernel's command line: no shell on the console.
 */
export const INIT_SCRIPT = `#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=xterm PS1='\\w # '
/bin/busybox mount -a
/bin/busybox --install -s
echo hartwood > /proc/sys/kernel/hostname

stop() {
  umount -a -r 2>/dev/null
  "$1" -f
}
trap 'stop halt' USR1
trap 'stop poweroff' USR2
trap 'stop reboot' TERM

read -r modules < /lib/modules/load-order
for module in $modules; do
  insmod "/lib/modules/$module.ko"
done
${LOAD_KVM}
${LET_IDLE}
ip link set lo up
cd /root
/usr/lib/hartwood/start-agent &

# Not with "&": a shell lets what it starts in the background ignore ctrl-C.
read -r command_line < /proc/cmdline
case " $command_line " in
  *' hartwood.console=off '*) ;;
  *) start-stop-daemon -S -b -x /usr/lib/hartwood/console ;;
esac

while :; do
  sleep 86400 &
  wait
done
`;

/**
 * `/usr/lib/hartwood/find-port`, to be sourced: `find_port NAME` sets `port` to the device of the virtio
 * port of this name, and fails if there is none. Needs a shell, `sleep` and sysfs.
 */
export const FIND_PORT_SCRIPT = `# Device type 3 is a console with its ports (VIRTIO 1.2 5.3).
has_ports() {
  for type in /sys/bus/virtio/devices/*/device; do
    [ -e "$type" ] && read -r type < "$type" && [ "$type" = 0x0003 ] && return
  done
  return 1
}

# The driver learns of its ports, and of their names, a moment after it was bound to its device.
find_port() {
  has_ports || return 1
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    for port in /sys/class/virtio-ports/*; do
      [ -e "$port/name" ] && read -r name < "$port/name" && [ "$name" = "$1" ] || continue
      port=/dev/\${port##*/}
      return
    done
    sleep 0.05
  done
  return 1
}
`;

/** `/usr/lib/hartwood/start-agent`: keeps the agent running on its port, if the machine has one. */
export const START_AGENT_SCRIPT = `#!/bin/sh
. /usr/lib/hartwood/find-port
find_port ${AGENT_PORT} || exit
while :; do
  /usr/lib/hartwood/agent "$port"
  sleep 1
done
`;

/**
 * `/usr/lib/hartwood/console`: a shell on the console; the machine goes off when it ends. It leads a
 * session on its terminal, so that ctrl-C, job control and the terminal's size are what they should be.
 */
export const CONSOLE_SCRIPT = `#!/bin/sh
. /usr/lib/hartwood/find-port
if find_port ${CONSOLE_PORT}; then
  setsid -c sh -i < /dev/hvc0 > /dev/hvc0 2>&1
else
  setsid cttyhack sh -i
fi
poweroff
`;
