/**
 * The interpreter: the inner loop (exec/hot-loop) executes what hits its fast paths, exec/slow everything
 * else, a whole instruction at a time. A slow path that changes what is pending sets `stop`, which is
 * honoured after that instruction.
 */
import type { Hart } from '../hart/hart.js';
import type { CodePage } from './code-page.js';
import { enterPage } from './fetch.js';
import { executeHot } from './hot-loop.js';
import { AGAIN, ENTER, REDIRECT, REENTER } from './outcome.js';
import { executeSlow } from './slow.js';

/**
 * Executes from pc until `remaining` is spent or `stop` is set. On return pc and `remaining` are exact:
 * steps spent are those retired and those that trapped.
 */
export function interpret(hart: Hart): void {
  while (hart.remaining > 0 && hart.stop === 0) {
    const entered = enterPage(hart);
    if (entered === undefined) {
      hart.remaining -= 1;
      hart.slow += 1;
    } else if (entered.number === 0) runOne(hart, entered);
    else runFrom(hart, entered);
  }
}

/** Executes the scratch page's one instruction; one that jumps to itself must be fetched anew, too. */
function runOne(hart: Hart, entered: CodePage): void {
  const rest = hart.remaining - 1;
  // The slice is the shorter for it as well: the clock counts what it has behind it.
  hart.slice -= rest;
  hart.remaining = 1;
  runFrom(hart, entered);
  hart.slice += rest;
  hart.remaining += rest;
}

/** Alternates between the inner loop and exec/slow until control must enter a page anew. */
function runFrom(hart: Hart, entered: CodePage): void {
  let code = entered;
  while (true) {
    const ip = executeHot(hart, code);
    if (ip === ENTER) return;
    code = hart.code as CodePage;
    const outcome = executeSlow(hart, code, ip);
    if (outcome === AGAIN || outcome === REENTER) {
      hart.remaining += 1;
      if (outcome === REENTER) return;
    } else {
      hart.slow += 1;
      if (outcome === REDIRECT) return;
      advance(hart, outcome);
      if (hart.stop !== 0) return;
      if ((hart.pcLow & 0xfff) < outcome) return;
    }
  }
}

/** pc moves behind an instruction. */
function advance(hart: Hart, bytes: number): void {
  const low = (hart.pcLow + bytes) | 0;
  if (low >>> 0 < bytes) hart.pcHigh = (hart.pcHigh + 1) | 0;
  hart.pcLow = low;
}
