import type { FunctionType } from './module.js';
import type { ValueType } from './value-type.js';

/**
 * What an instruction takes off the stack and puts there (WebAssembly Core 2.0, 3.3), for those whose name says
 * so; `undefined` for control flow, locals and the like, which need more than the name.
 */
export function signatureOf(name: string): FunctionType | undefined {
  const [, type, rest = ''] = /^([if](?:32|64))\.(.+)$/.exec(name) ?? [];
  if (type === undefined) return undefined;
  const own = type as ValueType;
  const of = (parameters: readonly ValueType[], result?: ValueType): FunctionType => ({
    parameters,
    results: result === undefined ? [] : [result],
  });
  if (rest === 'const') return of([], own);
  if (/^(atomic\.)?load/.test(rest)) return of(['i32'], own);
  if (/^(atomic\.)?store/.test(rest)) return of(['i32', own]);
  if (rest === 'atomic.rmw.cmpxchg') return of(['i32', own, own], own);
  if (rest.startsWith('atomic.rmw.')) return of(['i32', own], own);
  if (rest === 'eqz') return of([own], 'i32');
  if (/^(eq|ne|[lg][te](_[su])?)$/.test(rest)) return of([own, own], 'i32');
  const [, from] = /_([if](?:32|64))(_[su])?$/.exec(rest) ?? [];
  if (from !== undefined) return of([from as ValueType], own);
  if (/^(clz|ctz|popcnt|abs|neg|sqrt|ceil|floor|trunc|nearest|extend\d+_s)$/.test(rest)) {
    return of([own], own);
  }
  return of([own, own], own);
}
