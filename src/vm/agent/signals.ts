import { ConfigurationError } from '../../core/errors.js';

/** Linux's signals by their numbers on RISC-V (signal(7)): the first is 1. */
const NAMES = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
] as const;

/** A signal by its name in Linux. */
export type SignalName = (typeof NAMES)[number];

/** Real-time signals have numbers only. */
const LAST_SIGNAL = 64;

/** A signal's number in the guest. @throws ConfigurationError for what is none. */
export function signalNumber(signal: SignalName | number): number {
  if (typeof signal === 'string') {
    const index = NAMES.indexOf(signal);
    if (index >= 0) return index + 1;
  } else if (Number.isInteger(signal) && signal >= 1 && signal <= LAST_SIGNAL) {
    return signal;
  }
  const right = `a name such as 'SIGTERM' or a number from 1 to ${LAST_SIGNAL}`;
  const given = typeof signal === 'string' ? `'${signal}'` : String(signal);
  throw new ConfigurationError(`a signal is ${right}, not ${given}`);
}
