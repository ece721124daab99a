import { type CpioEntry, writeCpio } from '../cpio.js';
import { FIND_PORT_SCRIPT } from '../initramfs/init-script.js';
import { BOOT_SCRIPT, ROOT_CONSOLE_SCRIPT, ROOT_INIT_SCRIPT } from './boot-script.js';

/**
 * What makes the default guest's initramfs boot a root file system from `/dev/vda`: a cpio archive to stand
 * behind it and behind the file systems' modules.
 *
 * @param agent the guest agent's program, of this version, whatever the initramfs has
 */
export function writeRootBoot(agent: Uint8Array): Uint8Array {
  const program = (path: string, data: Uint8Array): CpioEntry => {
    return { type: 'file', path, mode: 0o755, data };
  };
  const script = (path: string, text: string) => program(path, new TextEncoder().encode(text));
  return writeCpio([
    script('init', BOOT_SCRIPT),
    program('usr/lib/hartwood/agent', agent),
    script('usr/lib/hartwood/console', ROOT_CONSOLE_SCRIPT),
    script('usr/lib/hartwood/find-port', FIND_PORT_SCRIPT),
    script('usr/lib/hartwood/init', ROOT_INIT_SCRIPT),
  ]);
}
