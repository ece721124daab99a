import type { TranslatorExports } from '../../src/core/translate/exports.js';
import { TRANSLATOR_COUNTERS, type TranslatorCounter } from '../../src/core/translate/exports.js';
import type { Machine } from '../core/machine.js';

/** What the translator of a machine's host has counted. */
export function translatorCount(machine: Machine, name: TranslatorCounter): number {
  const exports = machine.core.exports as unknown as TranslatorExports;
  return Number(exports.translatorCounter(TRANSLATOR_COUNTERS.indexOf(name)));
}

/** Regions whose code was changed. */
export const evicted = (machine: Machine): number => translatorCount(machine, 'evicted');
