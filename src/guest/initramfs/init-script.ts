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

# The kernel always makes /dev/ttyS1; type 0 says that no UART is behind it.
read -r uart 2> /dev/null < /sys/class/tty/ttyS1/type
if [ "\${uart:-0}" != 0 ]; then
  while :; do
    /usr/lib/hartwood/agent /dev/ttyS1
    sleep 1
  done &
fi

# Not with "&": a shell lets what it starts in the background ignore ctrl-C.
cd /root
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

/** `/usr/lib/hartwood/console`: a shell on the console; the machine goes off when it ends. */
export const CONSOLE_SCRIPT = `#!/bin/sh
setsid cttyhack sh -i
poweroff
`;
