import type { Debugger } from '../vm/debugger.js';
import { numberOf } from './hex.js';

const HELP = `commands of Hartwood:
  monitor info               what each hart is at
  monitor translate ADDRESS  the guest-physical address of a virtual one, by the current thread
`;

const MODES: Readonly<Record<string, string>> = { 0: 'U', 1: 'S', 3: 'M' };

/** Answers what a user typed after `monitor`, for the hart that is selected. */
export async function monitor(target: Debugger, hart: number, command: string): Promise<string> {
  const [name, argument] = command.trim().split(/\s+/);
  if (name === 'info') return info(target);
  if (name !== 'translate') return HELP;
  const address = numberOf(argument?.replace(/^0x/i, ''));
  if (address === undefined) return 'translate needs an address, as in 0xffffffff80000000\n';
  const place = await target.translate(hart, address);
  return place === undefined ? 'not mapped\n' : `0x${place.toString(16)}\n`;
}

async function info(target: Debugger): Promise<string> {
  let text = '';
  for (let hart = 0; hart < target.harts; hart++) {
    const pc = await target.readRegister(hart, 'pc');
    text += `hart ${hart}: ${await describeHart(target, hart)}, pc 0x${pc.toString(16)}\n`;
  }
  return text;
}

/** `waits, S-mode`. */
export async function describeHart(target: Debugger, hart: number): Promise<string> {
  const activity = await target.activity(hart);
  const mode = await target.readRegister(hart, 'priv');
  return `${activity}, ${MODES[String(mode)]}-mode`;
}
