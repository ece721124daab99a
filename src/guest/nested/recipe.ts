/** The guest of `hartwood run --nested`: one that is a hypervisor itself, with all it needs for that. */
import type { GuestImage } from '../image.js';
import type { GuestFile } from '../root/guest-file.js';
import { L2_COMMAND, L2_FOLDER, L2_PATH } from './l2-command.js';

/** Its name among the guests. */
export const NESTED_GUEST = 'nested';

/** What runs its guests. The hypervisor below it is Linux's own, in the module `kvm`. */
export const NESTED_PACKAGES: readonly string[] = ['qemu-system-riscv'];

/** What its shell says first. The package that brings such a file leaves one that is there. */
const SHELL_START = `echo "'l2' boots Debian once more inside of this machine; 'l2 --help' tells more"\n`;

/** What it boots a guest from, the same kernel and initramfs as the default guest's, and the command. */
export function nestedFiles(image: GuestImage): GuestFile[] {
  const text = (content: string) => new TextEncoder().encode(content);
  return [
    { path: L2_PATH, mode: 0o755, data: text(L2_COMMAND) },
    { path: '/root/.bashrc', data: text(SHELL_START) },
    { path: `${L2_FOLDER}/kernel`, data: image.kernel },
    { path: `${L2_FOLDER}/initrd`, data: image.initrd },
  ];
}
