import { AGENT_PORT } from '../agent/protocol.js';

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
 * `/usr/lib/hartwood/start-agent`: keeps the agent running on its port, if the machine has one. Needs
 * nothing but a shell, `sleep` and sysfs. Ports appear a moment after their driver.
 */
export const AGENT_SCRIPT = `#!/bin/sh
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  for port in /sys/class/virtio-ports/*; do
    read -r name 2> /dev/null < "$port/name"
    [ "$name" = ${AGENT_PORT} ] || continue
    while :; do
      /usr/lib/hartwood/agent "/dev/\${port##*/}"
      sleep 1
    done
  done
  sleep 0.05
done
`;

/** `/usr/lib/hartwood/console`: a shell on the console; the machine goes off when it ends. */
export const CONSOLE_SCRIPT = `#!/bin/sh
setsid cttyhack sh -i
poweroff
`;
