import { AGENT_PORT } from '../agent/protocol.js';
import { LET_IDLE, LOAD_KVM } from '../initramfs/init-script.js';

/** Where a guest's own programs are while it runs: nothing of them is on its disk. */
export const RUN_FOLDER = '/run/hartwood';

/**
 * `/init` of the initramfs that boots from a disk: mounts it and hands over to `ROOT_INIT_SCRIPT`. What the
 * running system needs of ours goes with it in `/run/hartwood`. So it is always of the same version as the
 * host, however old the disk is.
 */
export const BOOT_SCRIPT = `#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
/bin/busybox mount -a
read -r modules < /lib/modules/load-order
for module in $modules; do
  insmod "/lib/modules/$module.ko"
done
modprobe ext4
${LOAD_KVM}
${LET_IDLE}
ip link set lo up

mkdir -p /mnt
if ! mount -t ext4 /dev/vda /mnt; then
  echo 'hartwood: the root file system on /dev/vda cannot be mounted' > /dev/console
  poweroff -f
fi
mkdir -p ${RUN_FOLDER}/bin
cp /bin/busybox /usr/lib/hartwood/* ${RUN_FOLDER}/
${RUN_FOLDER}/busybox --install -s ${RUN_FOLDER}/bin
for folder in run dev sys proc; do
  mount --move /$folder /mnt/$folder
done
# By its path: the shell finds its applets through /proc, which has moved.
exec /bin/busybox switch_root /mnt ${RUN_FOLDER}/busybox sh ${RUN_FOLDER}/init
`;

/**
 * Process 1 of a guest that boots from its disk. It starts the services whose packages have scripts for
 * runlevel 2, and stops them before the disk is unmounted. busybox's applets stand behind the system's own
 * programs on the path, so that a system which lacks `ip` or `poweroff` can still be looked after.
 *
 * `hartwood.console=off` on the kernel's command line: no shell on the console.
 */
export const ROOT_INIT_SCRIPT = `#!${RUN_FOLDER}/busybox sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${RUN_FOLDER}/bin
export HOME=/root TERM=xterm LANG=C.UTF-8 RUNLEVEL=2 PREVLEVEL=N

hostname -F /etc/hostname
mkdir -p /dev/pts /dev/shm /run/lock
mount -t devpts -o mode=0620,gid=5,ptmxmode=0666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
chmod 1777 /run/lock

services() {
  for service in $1; do
    [ -x "$service" ] && "$service" "$2" < /dev/null > /dev/console 2>&1
  done
}

stop() {
  trap '' USR1 USR2 TERM
  services '/etc/rc0.d/K*' stop
  kill -15 -1
  sleep 0.2
  kill -9 -1
  sync
  cd /
  umount -a -r 2> /dev/null
  mount -o remount,ro / 2> /dev/null
  "$1" -f
}
trap 'stop halt' USR1
trap 'stop poweroff' USR2
trap 'stop reboot' TERM

# Not with "&": a shell lets what it starts in the background ignore ctrl-C.
cd /root
read -r command_line < /proc/cmdline
case " $command_line " in
  *' hartwood.console=off '*) ;;
  *) start-stop-daemon -S -b -x ${RUN_FOLDER}/console ;;
esac

{
  services '/etc/rcS.d/S* /etc/rc2.d/S*' start
  # Whoever the agent answers finds all services running.
  . ${RUN_FOLDER}/find-port
  find_port ${AGENT_PORT} && while :; do
    ${RUN_FOLDER}/agent "$port"
    sleep 1
  done
} &

while :; do
  sleep 86400 &
  wait
done
`;

/** `/run/hartwood/console`: a shell on the terminal; the machine goes off when it ends. */
export const ROOT_CONSOLE_SCRIPT = `#!${RUN_FOLDER}/busybox sh
shell=/bin/sh
[ -x /bin/bash ] && shell=/bin/bash
setsid -c "$shell" -i < /dev/hvc0 > /dev/hvc0 2>&1
poweroff
`;
