import type { ValueType } from '../../../isa/wasm/text/value-type.js';
import { encode, type Words } from './make-module.js';

type Expression = readonly (string | Expression)[];

/**
 * The bodies of the functions of a module in the text format, as bytes without their last `end`: as much of the
 * format as the printer writes.
 */
export function readBodies(text: string): number[][] {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const read = (): Expression => {
    const items: (string | Expression)[] = [];
    for (;;) {
      const token = tokens[at++];
      if (token === undefined) throw new Error('a parenthesis does not close');
      if (token === ')') return items;
      items.push(token === '(' ? read() : token);
    }
  };
  if (tokens[at++] !== '(') throw new Error('a parenthesis is wanted');
  const module = read();
  if (at !== tokens.length) throw new Error('the module ends too early');
  return parts(module, 'func').map(readFunction);
}

const parts = (expression: Expression, head: string) =>
  expression.filter((item): item is Expression => typeof item !== 'string' && item[0] === head);

function readFunction(func: Expression): number[] {
  const locals = [...parts(func, 'param'), ...parts(func, 'local')].map((each) => String(each[1]));
  if (new Set(locals).size !== locals.length) throw new Error('two locals have one name');
  const declarations = new Set(['param', 'result', 'local', 'type']);
  const bytes: number[] = [];
  const labels: string[] = [];
  const immediate = (name: string, word: string): number | bigint => {
    if (name.startsWith('local.')) {
      const local = locals.indexOf(word);
      if (local < 0) throw new Error(`there is no local ${word}`);
      return local;
    }
    if (name.startsWith('br') && word.startsWith('$')) {
      const label = labels.lastIndexOf(word);
      if (label < 0) throw new Error(`there is no label ${word}`);
      return labels.length - 1 - label;
    }
    if (name === 'f64.const') return Number(word.replace('inf', 'Infinity'));
    if (/^-?\d|^-?0x/.test(word)) {
      return word.startsWith('-') ? -BigInt(word.slice(1)) : BigInt(word);
    }
    return Number(word.replace(/^\$region|^offset=/, ''));
  };
  const write = (expression: Expression | string) => {
    if (typeof expression === 'string') throw new Error(`${expression} stands alone`);
    const [name, ...rest] = expression as [string, ...(string | Expression)[]];
    const words = rest.filter((item) => typeof item === 'string');
    const [result] = parts(expression, 'result');
    const [type] = parts(expression, 'type');
    const bodies = new Set(['then', 'else', 'result', 'type']);
    const operands = rest.filter(
      (item): item is Expression => typeof item !== 'string' && !bodies.has(String(item[0])),
    );
    const block = (body: readonly (string | Expression)[]) => {
      for (const each of body) write(each);
    };
    if (name === 'block' || name === 'loop' || name === 'if') {
      const isIf = name === 'if';
      if (isIf) block(operands);
      bytes.push(...encode(result === undefined ? [name] : [name, result[1] as ValueType]));
      labels.push(words[0] ?? '');
      if (!isIf) block(operands);
      for (const [n, body] of [
        ...parts(expression, 'then'),
        ...parts(expression, 'else'),
      ].entries()) {
        if (n > 0) bytes.push(...encode(['else']));
        block(body.slice(1));
      }
      labels.pop();
      bytes.push(...encode(['end']));
      return;
    }
    block(operands);
    const numbers = words.map((word) => immediate(name, word));
    bytes.push(...encode([name, ...(type === undefined ? numbers : [Number(type[1])])] as Words));
  };
  for (const item of func.slice(2)) {
    if (typeof item === 'string' || !declarations.has(String(item[0]))) write(item);
  }
  return bytes;
}
