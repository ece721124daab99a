import type { AgentConnection } from '../../../src/index.js';

/** The shell's prompt in L2, which boots the default guest. */
export const PROMPT = '~ # ';
/** How much of L2's console an error quotes. */
const LAST_WORDS = 300;

/**
 * Boots L2, the guest of a guest that `run --nested` prepares, to its prompt, and has it switch itself off. `atPrompt`
 * is called when the prompt is there.
 *
 * @throws Error with the console's last lines if there comes none
 */
export async function bootL2(
  agent: Pick<AgentConnection, 'spawn'>,
  atPrompt: () => void = () => {},
): Promise<void> {
  const { stdin, stdout, stderr, status } = agent.spawn('l2');
  const decoder = new TextDecoder();
  let text = '';
  let prompted = false;
  const drained = stderr.pipeTo(new WritableStream());
  for await (const bytes of stdout) {
    text += decoder.decode(bytes, { stream: true });
    if (prompted || !text.includes(PROMPT)) continue;
    prompted = true;
    atPrompt();
    const writer = stdin.getWriter();
    await writer.write(new TextEncoder().encode('exit\n'));
  }
  await drained;
  const ended = await status;
  if (prompted && ended === 0) return;
  throw new Error(`L2 ended with status ${ended}; its last lines were: ${text.slice(-LAST_WORDS)}`);
}
