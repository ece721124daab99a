import type { TranslationFigures } from '../vm/translation-figures.js';
import { integer, percent, seconds, spaced } from './report-figures.js';

/** What ran as WebAssembly, as lines of a report; none where all is interpreted. */
export function translationLines(figures: TranslationFigures | null): string[] {
  if (figures === null) return [];
  const { entries, instructionsPerEntry, regions, modules, bytes, generations } = figures;
  const each =
    instructionsPerEntry === null ? '' : `, ${instructionsPerEntry.toFixed(1)} instructions each`;
  const rejected = Object.entries(regions.rejected)
    .filter(([, count]) => count > 0)
    .map(([cause, count]) => `${spaced(cause)} ${integer(count)}`);
  return [
    `Translated: ${percent(figures.share)} of instructions, ${integer(entries)} entries${each}`,
    `  regions: compiled ${integer(regions.compiled)}, live ${integer(regions.live)}, ` +
      `evicted ${integer(regions.evicted)}, retired ${integer(regions.retired)}; ` +
      `rejected: ${rejected.join(', ') || 'none'}`,
    `  ${integer(modules)} modules of ${integer(bytes)} bytes in ${integer(generations + 1)} ` +
      `generation${generations === 0 ? '' : 's'}: ${seconds(figures.compileSeconds)}, ` +
      `the longest ${(1000 * figures.longestCompileSeconds).toFixed(1)} ms`,
    ...(figures.unavailable === null ? [] : [`  nothing is translated: ${figures.unavailable}`]),
  ];
}
