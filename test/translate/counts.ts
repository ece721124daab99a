import type { TranslatorCounter } from '../../src/core/translate/exports.js';
import type { Machine } from '../core/machine.js';

/** What the translator of a machine's host has counted. */
export function translatorCount(machine: Machine, name: TranslatorCounter): number {
  const counters = machine.core.translation;
  if (counters === undefined) throw new Error('the machine is on a host that does not translate');
  return counters[name];
}

/** Regions whose code was changed. */
export const evicted = (machine: Machine): number => translatorCount(machine, 'evicted');
