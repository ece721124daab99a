import type { Machine } from './machine.js';

export interface LoggedTrap {
  /** Exception code, or −1 − code of an interrupt. */
  readonly cause: number;
  readonly tval: bigint;
  readonly epc: bigint;
}

const ENTRY_SIZE = 24n;

/** What the program's handler (TRAP_LOG) has logged. */
export function traps(machine: Machine): LoggedTrap[] {
  const begin = machine.at('trap_log');
  const end = machine.x('s11');
  const logged: LoggedTrap[] = [];
  for (let at = begin; at < end; at += ENTRY_SIZE) {
    const cause = BigInt.asIntN(64, machine.word(at));
    logged.push({
      cause: cause < 0n ? -1 - Number(BigInt.asUintN(63, cause)) : Number(cause),
      tval: machine.word(at + 8n),
      epc: machine.word(at + 16n),
    });
  }
  return logged;
}

/** Causes alone, in order. */
export const causes = (machine: Machine): number[] => traps(machine).map(({ cause }) => cause);
