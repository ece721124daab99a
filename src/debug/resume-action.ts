import { countOf } from './hex.js';

/** What a `vCont` packet asks for; threads as the client numbers them. */
export type ResumeAction =
  /** Those threads, or all. */
  | { readonly kind: 'continue'; readonly threads?: readonly number[] }
  /** That thread, or the one that is selected. */
  | { readonly kind: 'step'; readonly thread?: number }
  | { readonly kind: 'stop' };

const ACTION = /^(c|s|t|[CS][0-9a-f]{2})(?::(-1|[0-9a-f]{1,8}))?$/;

/**
 * Reads `c`, `C05:1`, `s:2;c`, …; `undefined` for what cannot be read. A step is that of the first thread
 * named for one, alone, whatever the others are to do meanwhile.
 */
export function parseActions(text: string): ResumeAction | undefined {
  let step: ResumeAction | undefined;
  let all = false;
  let stop = false;
  const threads: number[] = [];
  for (const part of text.split(';')) {
    const [, letter, name] = ACTION.exec(part) ?? [];
    if (letter === undefined) return undefined;
    const thread = name === '-1' ? undefined : countOf(name);
    const kind = letter[0]?.toLowerCase();
    if (kind === 's') step ??= { kind: 'step', ...(thread === undefined ? {} : { thread }) };
    else if (kind === 't') stop = true;
    else if (thread === undefined) all = true;
    else threads.push(thread);
  }
  if (step !== undefined) return step;
  if (all) return { kind: 'continue' };
  if (threads.length > 0) return { kind: 'continue', threads };
  return stop ? { kind: 'stop' } : undefined;
}
