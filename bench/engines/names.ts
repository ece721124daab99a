import { UsageError } from '../errors.js';

/** This project's engines, as `--engine` names them everywhere. */
export const OWN_ENGINES = ['wasm', 'wasm-interpreter', 'ts'] as const;
/** What they are measured beside. */
export const PEERS = ['qemu'] as const;
const ENGINES: readonly string[] = [...OWN_ENGINES, ...PEERS];

export const isPeer = (engine: string): boolean => (PEERS as readonly string[]).includes(engine);

/** Whether an engine's rows in a group are to be measured. */
export type EngineChoice = (group: string, engine: string) => boolean;

/**
 * What a quick run leaves out: in these groups 'wasm' is not measured beside 'wasm-interpreter', nor QEMU, whose
 * every run is a process.
 */
const ENGINES_IN_QUICK: Readonly<Record<string, readonly string[]>> = {
  translation: ['wasm-interpreter', 'ts'],
  rings: ['wasm-interpreter', 'ts'],
};

/**
 * The engines that `text` names, with commas between; without it all, of which a quick run takes some in some groups.
 *
 * @throws UsageError that lists what is known
 */
export function chooseEngines(text: string | undefined, quick: boolean): EngineChoice {
  if (text === undefined) {
    return (group, engine) => !quick || (ENGINES_IN_QUICK[group]?.includes(engine) ?? true);
  }
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (ENGINES.includes(name)) continue;
    throw new UsageError(`there is no engine '${name}'; the engines are ${ENGINES.join(', ')}`);
  }
  return (_group, engine) => names.includes(engine);
}
