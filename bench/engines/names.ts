import { UsageError } from '../errors.js';
import { INTEGER_PROGRAMS } from '../vcpu/programs/all.js';

/** This project's engines, as `--engine` names them everywhere. */
export const OWN_ENGINES = ['wasm', 'wasm-interpreter', 'ts'] as const;
/** What they are measured beside. */
export const PEERS = ['qemu'] as const;
const ENGINES: readonly string[] = [...OWN_ENGINES, ...PEERS];

export const isPeer = (engine: string): boolean => (PEERS as readonly string[]).includes(engine);

/** Whether an engine is to be measured for a row. */
export type EngineChoice = (row: RowName) => boolean;
type RowName = { readonly group: string; readonly name: string; readonly engine: string };

/** Programs whose `vcpu` rows a quick run has of all engines: there is a mean of them. */
const INTEGER = INTEGER_PROGRAMS.map(({ name }) => name);

/**
 * What a quick run takes: in the groups of many short rows the interpreter and the baseline, whose ratio they are
 * for, and all engines on integer code.
 */
function isQuick({ group, name, engine }: RowName): boolean {
  if (!['vcpu', 'translation', 'rings', 'nested'].includes(group)) return true;
  // Whole machines, which a quick run has only if they are named.
  if (name.startsWith('l2-')) return true;
  if (engine === 'wasm-interpreter' || engine === 'ts') return true;
  return group === 'vcpu' && INTEGER.includes(name);
}

/**
 * The engines that `text` names, with commas between; without it all, of which a quick run takes some for some rows.
 *
 * @throws UsageError that lists what is known
 */
export function chooseEngines(text: string | undefined, quick: boolean): EngineChoice {
  if (text === undefined) return quick ? isQuick : () => true;
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (ENGINES.includes(name)) continue;
    throw new UsageError(`there is no engine '${name}'; the engines are ${ENGINES.join(', ')}`);
  }
  return ({ engine }) => names.includes(engine);
}
