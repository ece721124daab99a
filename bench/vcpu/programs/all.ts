import type { GuestProgram } from '../../programs/program.js';
import { alu } from './alu.js';
import { atomic } from './atomic.js';
import { branch } from './branch.js';
import { calls } from './calls.js';
import { chase } from './chase.js';
import { copy } from './copy.js';
import { float, floatFused } from './float.js';
import { memory } from './memory.js';
import { muldiv } from './muldiv.js';
import { syscall } from './syscall.js';
import { trap } from './trap.js';

/** The programs of the group, in the order of the table. */
export const PROGRAMS: readonly GuestProgram[] = [
  alu,
  branch,
  memory,
  calls,
  muldiv,
  copy,
  chase,
  float,
  floatFused,
  atomic,
  trap,
  syscall,
];

/** Those that stand for integer code; `copy` and `chase` measure memory more than instructions. */
export const INTEGER_PROGRAMS: readonly GuestProgram[] = [alu, branch, memory, calls, muldiv];
