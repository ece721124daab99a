import {
  type ResolvedTranslation,
  resolveTranslation,
  type Translation,
} from '../src/core/translate/translation.js';

/** All that runs is translated as soon as it is first jumped to, and what it leads to along with it. */
export const FORCED: Translation = { threshold: 1, eager: true, batch: 1, patience: 1, pause: 1e6 };

/** How the tests' machines translate, by HARTWOOD_TEST_TRANSLATE: `force`, `off`, else as users get it. */
export function testedTranslate(): boolean | Translation | undefined {
  const mode = process.env.HARTWOOD_TEST_TRANSLATE ?? 'default';
  if (mode === 'force') return FORCED;
  if (mode === 'off') return false;
  if (mode === 'default') return undefined;
  throw new Error(`HARTWOOD_TEST_TRANSLATE must be force, off or default, not '${mode}'`);
}

/** The same for `wasmEngine`. */
export const testedTranslation = (): ResolvedTranslation | undefined =>
  resolveTranslation(testedTranslate());
