import { UsageError } from '../errors.js';
import type { GuestProgram } from '../programs/program.js';
import { FLOAT_PROGRAMS, INTEGER_PROGRAMS, MEMORY_PROGRAMS } from '../vcpu/programs/all.js';

/** This project's engines, as `--engine` names them everywhere. */
export const OWN_ENGINES = ['wasm', 'wasm-interpreter', 'ts'] as const;
/** What they are measured beside. */
export const PEERS = ['qemu'] as const;
const ENGINES: readonly string[] = [...OWN_ENGINES, ...PEERS];

export const isPeer = (engine: string): boolean => (PEERS as readonly string[]).includes(engine);

/** Whether an engine is to be measured for a row. */
export type EngineChoice = (row: RowName) => boolean;
type RowName = { readonly group: string; readonly name: string; readonly engine: string };

const named = (programs: readonly GuestProgram[]) => new Set(programs.map(({ name }) => name));
/** Programs whose `vcpu` rows a quick run has beside QEMU's: there are means of them. */
const COMPARED = named([...INTEGER_PROGRAMS, ...MEMORY_PROGRAMS, ...FLOAT_PROGRAMS]);
/** Those that it has of the interpreter as well. */
const INTERPRETED = named(INTEGER_PROGRAMS);

/**
 * What a quick run takes: what users have, and where a mean says how far it is from QEMU, that too; of the
 * interpreter integer code. It has nothing of the baseline.
 */
function isQuick({ group, name, engine }: RowName): boolean {
  if (engine === 'wasm') return true;
  if (engine === 'wasm-interpreter') return group === 'vcpu' && INTERPRETED.has(name);
  if (engine === 'ts') return false;
  if (group === 'vcpu') return COMPARED.has(name);
  // Whole machines, which a quick run has only if they are named.
  return name.startsWith('l2-') || !['translation', 'rings', 'nested'].includes(group);
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
