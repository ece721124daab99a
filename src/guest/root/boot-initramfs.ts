import { type CpioEntry, writeCpio } from '../cpio.js';
import { AGENT_SCRIPT } from '../initramfs/agent-script.js';
import { BOOT_SCRIPT, ROOT_CONSOLE_SCRIPT, ROOT_INIT_SCRIPT } from './boot-script.js';

/**
 * What makes the default guest's initramfs boot a root file system from `/dev/vda`: a cpio archive to stand
 * behind it and behind the file systems' modules.
 */
export function writeRootBoot(): Uint8Array {
  const script = (path: string, content: string): CpioEntry => {
    return { type: 'file', path, mode: 0o755, data: new TextEncoder().encode(content) };
  };
  return writeCpio([
    script('init', BOOT_SCRIPT),
    script('usr/lib/hartwood/init', ROOT_INIT_SCRIPT),
    script('usr/lib/hartwood/agent', AGENT_SCRIPT),
    script('usr/lib/hartwood/console', ROOT_CONSOLE_SCRIPT),
  ]);
}
