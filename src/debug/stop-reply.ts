import type { DebugStop } from '../vm/hold.js';
import type { StopReason } from '../vm/stop-reason.js';
import type { ClientPoints } from './client-points.js';

const SIGINT = '02';
const SIGTRAP = '05';
const SIGABRT = '06';

/** The client's name for a hart. */
export const threadOf = (hart: number): string => (hart + 1).toString(16);

/** `T`: the VM stands, and why. */
export function stopReply(stop: DebugStop, points: ClientPoints): string {
  const signal = stop.kind === 'paused' ? SIGINT : SIGTRAP;
  let reason = '';
  if (stop.kind === 'breakpoint' && stop.address !== undefined) {
    const kind = points.breakpointName(stop.address);
    if (kind !== undefined) reason = `${kind}:;`;
  }
  if (stop.kind === 'watchpoint' && stop.address !== undefined) {
    reason = `${points.watchpointName(stop.address, stop.access)}:${stop.address.toString(16)};`;
  }
  return `T${signal}thread:${threadOf(stop.hart)};${reason}`;
}

/** `W` with the status, or `X` for a VM that failed. */
export function endReply(reason: StopReason): string {
  if (reason.error !== undefined) return `X${SIGABRT}`;
  return `W${(reason.code & 0xff).toString(16).padStart(2, '0')}`;
}
