import { AgentError, ConfigurationError } from '../../core/errors.js';
import type { Vm } from '../../vm/vm.js';
import { drained } from '../console-connection.js';
import type { Limits } from '../outcome.js';
import { lastName } from './place.js';

/** Unpacks a tar archive from `input` in a folder of the guest, by the guest's `tar`. @throws AgentError */
export async function readTar(
  vm: Vm,
  folder: string,
  input: ReadableStream<Uint8Array>,
  limits: Limits,
): Promise<void> {
  const { status, stderr } = await vm.exec('cd -- "$HARTWOOD_FOLDER" && exec tar -xpf -', {
    ...limits,
    env: { HARTWOOD_FOLDER: folder },
    stdin: input,
  });
  if (status !== 0) throw tarFailed(`unpacked in '${folder}' of`, status, stderr);
}

/** Writes what is at a path of the guest as a tar archive. @throws AgentError */
export async function writeTar(
  vm: Vm,
  path: string,
  output: NodeJS.WriteStream,
  limits: Limits,
): Promise<void> {
  if (output.isTTY) {
    throw new ConfigurationError('a tar stream is nothing for a terminal; right would be a pipe');
  }
  await vm.files.stat(path, limits);
  const whole = path.replace(/\/+$/, '');
  const name = lastName(path) || '.';
  const folder = whole.slice(0, whole.length - name.length) || (path.startsWith('/') ? '/' : '.');
  const tar = vm.spawn('cd -- "$HARTWOOD_FOLDER" && exec tar -cf - -- "$HARTWOOD_NAME"', {
    ...limits,
    env: { HARTWOOD_FOLDER: folder, HARTWOOD_NAME: name },
  });
  tar.status.catch(() => {});
  void tar.stdin.close();
  const complaint = new Response(tar.stderr).text().catch(() => '');
  for await (const bytes of tar.stdout) {
    if (output.destroyed) break;
    if (!output.write(bytes)) await drained(output);
  }
  const status = await tar.status;
  if (status !== 0) throw tarFailed(`written of '${path}' in`, status, await complaint);
}

function tarFailed(what: string, status: number, stderr: string): AgentError {
  const words = stderr.trim().split('\n').at(-1);
  const cause = words || `tar ended with status ${status}`;
  return new AgentError(`the tar stream cannot be ${what} the guest: ${cause}`);
}
