import { DEFAULT_CPU } from '../machine/cpu-model.js';
import { DEFAULT_ENGINE } from '../vm/engines.js';
import { DEFAULT_MEMORY } from '../vm/spec.js';

/** An environment variable that Hartwood reads. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** What holds without it. */
  readonly otherwise: string;
}

/** Variables that stand for options of `hartwood run`; an option that is written beats its variable. */
export const OptionVariable = {
  memory: 'HARTWOOD_MEMORY',
  cpus: 'HARTWOOD_CPUS',
  cpu: 'HARTWOOD_CPU',
  engine: 'HARTWOOD_ENGINE',
  translate: 'HARTWOOD_TRANSLATE',
  timeout: 'HARTWOOD_TIMEOUT',
} as const;

/**
 * All of them: `hartwood help environment` and docs/environment.md say the same, and a test compares
 * both with what the source reads.
 */
export const VARIABLES: readonly Variable[] = [
  {
    name: OptionVariable.memory,
    meaning: 'RAM of a machine, as --memory has it',
    otherwise: DEFAULT_MEMORY,
  },
  { name: OptionVariable.cpus, meaning: 'harts of a machine, as --cpus has them', otherwise: '1' },
  {
    name: OptionVariable.cpu,
    meaning: 'the CPU model, as --cpu has it',
    otherwise: DEFAULT_CPU,
  },
  {
    name: OptionVariable.engine,
    meaning: 'what runs a machine, as --engine has it',
    otherwise: DEFAULT_ENGINE,
  },
  {
    name: OptionVariable.translate,
    meaning: "'off': hot code is not translated, as with --no-translate; 'on': it is",
    otherwise: 'on',
  },
  {
    name: OptionVariable.timeout,
    meaning: 'seconds after which a machine ends, as --timeout has them',
    otherwise: 'no limit',
  },
  {
    name: 'HARTWOOD_CACHE',
    meaning:
      'the folder for downloads, the default guest and snapshots; all but the latter can be made again',
    otherwise: '$XDG_CACHE_HOME/hartwood, ~/.cache/hartwood',
  },
  {
    name: 'HARTWOOD_SNAPSHOTS',
    meaning: "the store of snapshots: a folder, or a file if its name ends in '.hwsnap'",
    otherwise: '$HARTWOOD_CACHE/snapshots',
  },
  {
    name: 'HARTWOOD_COLD',
    meaning:
      "'on': the default guest always boots, as with --cold, and is not kept behind its boot; 'off': it is",
    otherwise: 'off',
  },
  {
    name: 'HARTWOOD_GUESTS',
    meaning: 'the folder of built guests; what was changed in them is nowhere else',
    otherwise: '$XDG_DATA_HOME/hartwood/guests, ~/.local/share/hartwood/guests',
  },
  {
    name: 'HARTWOOD_DEBIAN_MIRROR',
    meaning: 'URL of the Debian mirror that packages come from',
    otherwise: "that of this machine's apt, if it is a Debian",
  },
  {
    name: 'HARTWOOD_DEBUG',
    meaning: 'if not empty, errors say where they happened',
    otherwise: 'one line',
  },
  {
    name: 'NO_COLOR',
    meaning: 'if not empty, no colours, as with --no-color',
    otherwise: 'colours on a terminal',
  },
];
