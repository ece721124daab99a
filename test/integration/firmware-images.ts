/** Debian's firmware for QEMU's `virt` board: OpenSBI and U-Boot, which the tests boot as they are. */
import { openArchive, unpack } from '../../src/guest/debian/archive.js';
import { FileCache } from '../../src/node/file-cache.js';
import { debianKeyrings } from '../../src/node/keyring.js';
import { debianMirror } from '../../src/node/mirror.js';

export interface FirmwareImages {
  /** OpenSBI that jumps to a fixed address behind itself. */
  readonly fwJump: Uint8Array;
  readonly fwJumpElf: Uint8Array;
  /** OpenSBI that is told by its loader where to go. */
  readonly fwDynamic: Uint8Array;
  /** U-Boot for M-mode. */
  readonly uBoot: Uint8Array;
  /** U-Boot for S-mode, below an SBI. */
  readonly uBootSupervisor: Uint8Array;
}

/** Fetched from the mirror by package name, checked, kept in the cache. */
export async function firmwareImages(): Promise<FirmwareImages> {
  const options = {
    mirror: await debianMirror(),
    cache: new FileCache(),
    keyring: debianKeyrings,
  };
  const index = await openArchive(options, (name) => name === 'opensbi' || name === 'u-boot-qemu');
  const [fwJump, fwJumpElf, fwDynamic] = await unpack(options, index.find('opensbi'), [
    /riscv64-linux-gnu\/opensbi\/generic\/fw_jump\.bin$/,
    /riscv64-linux-gnu\/opensbi\/generic\/fw_jump\.elf$/,
    /riscv64-linux-gnu\/opensbi\/generic\/fw_dynamic\.bin$/,
  ]);
  const [uBoot, uBootSupervisor] = await unpack(options, index.find('u-boot-qemu'), [
    /\/qemu-riscv64\/u-boot\.bin$/,
    /\/qemu-riscv64_smode\/u-boot\.bin$/,
  ]);
  if (!fwJump || !fwJumpElf || !fwDynamic || !uBoot || !uBootSupervisor) {
    throw new TypeError('a pattern without a file');
  }
  return {
    fwJump: fwJump.data,
    fwJumpElf: fwJumpElf.data,
    fwDynamic: fwDynamic.data,
    uBoot: uBoot.data,
    uBootSupervisor: uBootSupervisor.data,
  };
}
