/** Firmware in M-mode, as Debian has it for QEMU's board, starts the machine and boots the default guest's Linux. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GuestImage } from '../../src/guest/image.js';
import type { Host } from '../../src/vm/host.js';
import type { FirmwareGuest } from '../../src/vm/spec.js';
import { type FirmwareImages, firmwareImages } from './firmware-images.js';
import { guestImage, newHost, type Printing, startGuest } from './guest.js';

let firmware: FirmwareImages;
let linux: GuestImage;
let host: Host;

beforeAll(async () => {
  firmware = await firmwareImages();
  linux = await guestImage();
});
afterEach(() => host[Symbol.asyncDispose]());

interface Shape {
  readonly cpus?: number;
  readonly cpu?: string;
  readonly clock?: 'virtual';
}

async function start(guest: FirmwareGuest, shape: Shape = {}): Promise<Printing> {
  host = await newHost('300M');
  return startGuest(host, { guest, memory: '256M', ...shape });
}

const withLinux = (image: Uint8Array): FirmwareGuest => ({ firmware: image, kernel: 'debian' });

async function type(guest: Printing, line: string): Promise<void> {
  const writer = guest.vm.console.input.getWriter();
  await writer.write(new TextEncoder().encode(`${line}\n`));
  writer.releaseLock();
}

/**
 * Resolves when the console has shown `wanted` behind what it showed at `from`. U-Boot waits two seconds for a key,
 * which by a virtual clock are more than any look takes.
 */
async function shown(guest: Printing, wanted: string, from = 0): Promise<void> {
  await expect.poll(() => guest.text().slice(from)).toContain(wanted);
}

describe('OpenSBI', () => {
  it('as FW_DYNAMIC boots Linux on four harts, stops one, starts it again', async () => {
    const guest = await start(withLinux(firmware.fwDynamic), { cpus: 4 });
    expect((await guest.vm.exec('nproc')).stdout).toBe('4\n');
    expect(guest.text()).toMatch(/OpenSBI v1\.6/);
    expect(guest.text()).toMatch(/Domain0 Next Address +: 0x0*80200000\r?\n/);
    expect(guest.text()).toMatch(/SBI implementation ID=0x1 Version=0x10006/);
    const online = '/sys/devices/system/cpu/cpu3/online';
    const toggled = await guest.vm.exec(`echo 0 > ${online}; nproc; echo 1 > ${online}; nproc`);
    expect(toggled).toMatchObject({ stdout: '3\n4\n', stderr: '' });
  });

  it('as FW_JUMP, an ELF file, boots Linux without Sstc, Svadu and time CSR', async () => {
    const cpu = 'rv64,sstc=off,svadu=off,zicntr=off';
    const guest = await start(withLinux(firmware.fwJumpElf), { cpu });
    const { stdout } = await guest.vm.exec('sleep 0.1; uname -m; cat /proc/interrupts');
    expect(stdout).toMatch(/^riscv64\n/);
    expect(guest.text()).toMatch(/Domain0 Next Arg1 +: 0x0*82200000\r?\n/);
    const before = guest.text().length;
    await expect(guest.vm.exec('reboot; sleep 100')).rejects.toThrow(/rebooted/);
    await shown(guest, 'OpenSBI v1.6', before);
    expect((await guest.vm.exec('nproc')).stdout).toBe('1\n');
    const off = guest.vm.exec('poweroff; sleep 100');
    await expect(off).rejects.toThrow(/powered off/);
  });

  it('starts U-Boot in S-mode, which boots Linux from memory', async () => {
    // The kernel and its RAM disk in one piece, as a disk would have them.
    const pieces = new Uint8Array(linux.kernel.length + linux.initrd.length);
    pieces.set(linux.kernel);
    pieces.set(linux.initrd, linux.kernel.length);
    const { fwJump, uBootSupervisor } = firmware;
    const boot = { firmware: fwJump, kernel: uBootSupervisor, initrd: pieces };
    const guest = await start(boot, { clock: 'virtual' });
    await shown(guest, 'Hit any key to stop autoboot');
    await type(guest, '');
    await shown(guest, '=> ');
    // Half of RAM above the program, where initrds stand.
    const at = 0x8820_0000;
    const disk = (at + linux.kernel.length).toString(16);
    const size = linux.initrd.length.toString(16);
    await type(guest, `setenv bootargs ${linux.append}`);
    await type(guest, `booti ${at.toString(16)} ${disk}:${size} \${fdtcontroladdr}`);
    expect((await guest.vm.exec('cat /proc/cmdline')).stdout).toBe(`${linux.append}\n`);
  });
});

describe('U-Boot in M-mode', () => {
  it('comes to its prompt and executes commands', async () => {
    const guest = await start({ firmware: firmware.uBoot }, { cpus: 2, clock: 'virtual' });
    await shown(guest, 'Hit any key to stop autoboot');
    await type(guest, '');
    await shown(guest, '=> ');
    await type(guest, 'bdinfo');
    await shown(guest, 'size     = 0x0000000010000000');
    const before = guest.text().length;
    await type(guest, 'reset');
    await shown(guest, 'Hit any key to stop autoboot', before);
    await type(guest, '');
    await type(guest, 'poweroff');
    expect(await guest.vm.wait()).toMatchObject({ kind: 'poweroff' });
  });
});
