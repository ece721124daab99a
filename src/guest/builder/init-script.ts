import { REPORT } from './report.js';

/** Where the builder finds what the host says about this guest. */
export const PLAN = 'usr/lib/hartwood/build';

/**
 * `/init` of the machine that makes a guest's disk, in the default guest's initramfs. It has two disks: one
 * to be filled, and one for reading only that holds the root file system as a tar archive.
 *
 * It tells the host how far it is on the console, in lines that `report.ts` reads; all else there is what
 * programs say, of which the host shows the end when something fails.
 */
export const BUILD_INIT_SCRIPT = `#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
/bin/busybox mount -a
/bin/busybox --install -s
# What programs print is theirs; the kernel's own messages would stand between.
echo 1 > /proc/sys/kernel/printk

say() {
  echo "${REPORT} $*"
}
fail() {
  say failed "$*"
  sync
  poweroff -f
  sleep 60
}

read -r modules < /lib/modules/load-order
for module in $modules; do
  insmod "/lib/modules/$module.ko"
done
for disk in /sys/block/vd*; do
  read -r protected < "$disk/ro"
  if [ "$protected" = 1 ]; then archive=/dev/\${disk##*/}; else target=/dev/\${disk##*/}; fi
done
[ -b "$target" ] && [ -b "$archive" ] || fail "the machine lacks a disk"

say step format
read -r label < /${PLAN}/label
# By its path: busybox's shell knows a mke2fs of its own, which makes no ext4.
/sbin/mke2fs -q -F -t ext4 -m 1 -L "$label" -E nodiscard,assume_storage_prezeroed=1 "$target" || fail "mke2fs ended with $?"
mkdir -p /mnt
# Nobody else will ever see this disk half done, so nothing waits for it to be written.
mount -t ext4 -o barrier=0,noatime,noauto_da_alloc "$target" /mnt || fail "the new file system cannot be mounted"

say step unpack
tar -x -p -f "$archive" -C /mnt || fail "the root file system cannot be unpacked"

say step configure
mount -t proc proc /mnt/proc
mount -t sysfs sysfs /mnt/sys
mount -t devtmpfs devtmpfs /mnt/dev
mount -t tmpfs -o mode=0755 tmpfs /mnt/run
cp -r /${PLAN} /mnt/run/build
chroot /mnt /bin/sh /run/build/configure || fail "$(cat /mnt/run/build/failure 2> /dev/null)"
umount /mnt/run /mnt/dev /mnt/sys /mnt/proc

say step finish
used=$(df -k /mnt | awk 'END { print $3 }')
umount /mnt || fail "the new file system cannot be unmounted"
say done "$used"
poweroff -f
`;

/**
 * What runs inside the new system: the scripts that dpkg runs before it unpacks a package, which was done
 * elsewhere, and then dpkg itself. No service is started, and nobody is asked anything.
 */
export const CONFIGURE_SCRIPT = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true
cd /

printf '#!/bin/sh\\nexit 101\\n' > usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d

fail() {
  echo "$*" > /run/build/failure
  exit 1
}

while read -r instance; do
  script=/var/lib/dpkg/info/$instance.preinst
  [ -e "$script" ] || continue
  DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_PACKAGE=\${instance%:*} \\
    DPKG_MAINTSCRIPT_ARCH=riscv64 DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_ROOT= \\
    DPKG_ADMINDIR=/var/lib/dpkg "$script" install < /dev/null ||
    fail "the script of \${instance%:*} that comes before unpacking ended with $?"
done < /run/build/instances

dpkg --force-unsafe-io --status-fd 5 --configure -a < /dev/null 5>&1 ||
  fail "dpkg could not configure all packages"

rm -f usr/sbin/policy-rc.d var/cache/debconf/*-old var/lib/dpkg/*-old
rm -rf var/log/dpkg.log var/log/alternatives.log var/cache/ldconfig
`;
