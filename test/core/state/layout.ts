/** Where the core's records have their fields, read from its source: what the tests of sections hold them to. */
import { readFileSync } from 'node:fs';

const source = (file: string) =>
  readFileSync(new URL(`../../../assembly/${file}`, import.meta.url), 'utf8');

export interface Place {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A record's fields at their natural alignment, as AssemblyScript lays them out. */
export function recordOf(file: string, name: string): readonly Place[] {
  const [, body] = new RegExp(`class ${name} \\{\\n(.*?)\\n\\}`, 's').exec(source(file)) ?? [];
  if (body === undefined) throw new Error(`${file} has no record ${name}`);
  let offset = 0;
  return [...body.matchAll(/^ {2}(\w+): [ui](8|16|32|64);$/gm)].map(([, field = '', bits]) => {
    const bytes = Number(bits) / 8;
    const here = Math.ceil(offset / bytes) * bytes;
    offset = here + bytes;
    return { name: field, offset: here, bytes };
  });
}

/** The numbers that a file's exported constants have, those of others given. */
export function constantsOf(
  file: string,
  others: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const known: Record<string, number> = { ...others };
  for (const [, name = '', text = ''] of source(file).matchAll(
    /^export const (\w+)(?:: \w+)? =\s+([^;]*);$/gm,
  )) {
    const expression = text.replace(/<\w+>/g, '').replace(/[A-Z]\w+/g, (word) => `${known[word]}`);
    if (/^[\dx\s()+*/<-]+$/.test(expression)) known[name] = Math.trunc(evaluate(expression));
  }
  return known;
}

/** Numbers, + - * / << and brackets, and nothing else: the caller looked. */
function evaluate(expression: string): number {
  return Number(new Function(`return ${expression}`)());
}
