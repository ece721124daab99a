/** The words of `monitor translate`, which who forms them and who reads them share. */
import type { Regime } from '../core/abi.js';
import type { Access } from '../vm/walk/walk.js';

/** Modes by the letters that the manual has for them. */
export const REGIME_MODES: Readonly<Record<Regime, string>> = {
  machine: 'M',
  supervisor: 'S',
  user: 'U',
  virtualSupervisor: 'VS',
  virtualUser: 'VU',
};

/** A feature that `qSupported` names for `hartwood translate`; GDB passes over it. */
export const TRANSLATES = 'hartwood.translate+';

export const ACCESSES: readonly Access[] = ['read', 'write', 'fetch'];
/** Modes as they are typed; HS-mode is S-mode of a hart with the hypervisor extension. */
export const MODES: readonly string[] = [...Object.values(REGIME_MODES), 'HS'];

/** What an answer begins with that is none. */
export const ERROR_MARK = 'error: ';

/** A question, not checked yet. */
export interface TranslateRequest {
  readonly address: string;
  readonly access?: string;
  readonly regime?: string;
  readonly json?: boolean;
}

export function translateWords({ address, access, regime, json }: TranslateRequest): string {
  return [
    ...['translate', address],
    ...(access === undefined ? [] : ['--access', access]),
    ...(regime === undefined ? [] : ['--regime', regime]),
    ...(json ? ['--json'] : []),
  ].join(' ');
}
