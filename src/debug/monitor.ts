import type { Debugger } from '../vm/debugger.js';
import { region } from './region-command.js';
import type { AddressNames } from './symbol-address.js';
import { translate } from './translate-command.js';

const HELP = `commands of Hartwood:
  monitor info               what each hart is at
  monitor translate ADDRESS  how the current thread translates an address, entry by entry
      --access read|write|fetch   what is to be done there; read if it is not given
      --regime M|S|HS|U|VS|VU     in which mode; without it that which the hart is in
      --hart N                    of this hart; GDB does not always say which thread is current
      --json                      as one line of JSON
  monitor region ADDRESS     the WebAssembly that code of the current thread becomes
      --eager                     following code that was never executed, too
      --hart N, --json            as above
`;

/** By V, then by privilege (Privileged 1.2, 15.1). */
const MODES: readonly Readonly<Record<string, string>>[] = [
  { 0: 'U', 1: 'S', 3: 'M' },
  { 0: 'VU', 1: 'VS' },
];

/** Answers what a user typed after `monitor`, for the hart that is selected. */
export async function monitor(
  target: Debugger,
  symbols: AddressNames,
  hart: number,
  command: string,
): Promise<string> {
  const [name, ...words] = command.trim().split(/\s+/);
  if (name === 'info') return info(target);
  if (name === 'region') return region(target, symbols, hart, words);
  return name === 'translate' ? translate(target, symbols, hart, words) : HELP;
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
  const virtualized = await target.readRegister(hart, 'virt');
  return `${activity}, ${MODES[Number(virtualized)]?.[String(mode)]}-mode`;
}
