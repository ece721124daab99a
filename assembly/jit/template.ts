/** Which template an instruction becomes. */
import {
  Kind,
  TEMPLATE_RTZ_STARTS,
  TEMPLATE_SAME_STARTS,
  TEMPLATE_STARTS,
  TEMPLATES,
} from '../generated/templates';

/** Values of the rm field (Unprivileged 20.2). */
const RNE: u32 = 0;
const RTZ: u32 = 1;
const DYNAMIC: u32 = 7;

function starting(starts: usize, op: u32): usize {
  const start = <usize>load<u16>(starts + ((<usize>op) << 1));
  return start ? TEMPLATES + start : 0;
}

/** The template of a slot's instruction; 0 if it rounds in a mode that none is written for. */
export function templateOf(slot: usize, op: u32, kind: u32): usize {
  const word = load<u32>(slot, 4);
  if (kind === Kind.FLOAT) {
    const mode = (word >> 12) & 7;
    if (mode === RTZ) return starting(TEMPLATE_RTZ_STARTS, op);
    if (mode !== RNE && mode !== DYNAMIC) return 0;
  } else if (kind === Kind.FLOAT_EXACT && ((word >> 15) & 31) === ((word >> 20) & 31)) {
    const same = starting(TEMPLATE_SAME_STARTS, op);
    if (same) return same;
  }
  return starting(TEMPLATE_STARTS, op);
}
