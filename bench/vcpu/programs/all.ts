import type { GuestProgram } from '../../programs/program.js';
import { alu } from './alu.js';
import { atomic } from './atomic.js';
import { branch } from './branch.js';
import { calls } from './calls.js';
import { chase } from './chase.js';
import { copy } from './copy.js';
import { float, floatFused } from './float.js';
import { mandelbrot } from './mandelbrot.js';
import { memory } from './memory.js';
import { muldiv } from './muldiv.js';
import { nbody } from './nbody.js';
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
  nbody,
  mandelbrot,
  atomic,
  trap,
  syscall,
];

/** Those that stand for integer code; `copy` and `chase` measure memory more than instructions. */
export const INTEGER_PROGRAMS: readonly GuestProgram[] = [alu, branch, memory, calls, muldiv];

/** Those whose loads and stores take most of the time: in order, as fast as memory is, and each after the other. */
export const MEMORY_PROGRAMS: readonly GuestProgram[] = [memory, copy, chase];

/** Those that stand for floating-point code, in both precisions. */
export const FLOAT_PROGRAMS: readonly GuestProgram[] = [float, floatFused, nbody, mandelbrot];

/** Those that there have been from the beginning: a mean of more would be another figure than the earlier ones. */
export const MEAN_PROGRAMS: readonly GuestProgram[] = PROGRAMS.filter(
  (program) => program !== nbody && program !== mandelbrot,
);
