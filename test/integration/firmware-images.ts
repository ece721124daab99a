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

/** Where it is kept in the cache, fetched once: another list of files wants another name. */
const REF = 'test-firmware-1';
const OPENSBI = ['fw_jump.bin', 'fw_jump.elf', 'fw_dynamic.bin'].map(
  (name) => new RegExp(`riscv64-linux-gnu/opensbi/generic/${name.replace('.', '\\.')}$`),
);
const U_BOOT = ['qemu-riscv64', 'qemu-riscv64_smode'].map(
  (board) => new RegExp(`/${board}/u-boot\\.bin$`),
);

/** Fetched from the mirror by package name, checked, kept in the cache. */
export async function firmwareImages(): Promise<FirmwareImages> {
  const cache = new FileCache();
  const [fwJump, fwJumpElf, fwDynamic, uBoot, uBootSupervisor] =
    (await kept(cache)) ?? (await fetched(cache));
  if (!fwJump || !fwJumpElf || !fwDynamic || !uBoot || !uBootSupervisor) {
    throw new TypeError('a pattern without a file');
  }
  return { fwJump, fwJumpElf, fwDynamic, uBoot, uBootSupervisor };
}

async function kept(cache: FileCache): Promise<Uint8Array[] | undefined> {
  const hashes = (await cache.ref(REF))?.trim().split(' ') ?? [];
  const images: Uint8Array[] = [];
  for (const hash of hashes) {
    const image = await cache.load(hash);
    if (image !== undefined) images.push(image);
  }
  return images.length === OPENSBI.length + U_BOOT.length ? images : undefined;
}

async function fetched(cache: FileCache): Promise<Uint8Array[]> {
  const options = { mirror: await debianMirror(), cache, keyring: debianKeyrings };
  const index = await openArchive(options, (name) => name === 'opensbi' || name === 'u-boot-qemu');
  const files = [
    ...(await unpack(options, index.find('opensbi'), OPENSBI)),
    ...(await unpack(options, index.find('u-boot-qemu'), U_BOOT)),
  ];
  const images = files.map(({ data }) => data);
  const hashes: string[] = [];
  for (const image of images) hashes.push(await cache.put(image));
  await cache.setRef(REF, `${hashes.join(' ')}\n`);
  return images;
}
