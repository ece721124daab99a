/**
 * A plain model of IEEE 754 arithmetic on exact numbers, to compare the core's with. It follows
 * the standard's definition: the exact result is found first, then rounded once. Bit patterns are
 * BigInts; a finite number is (-1)^sign * m * 2^e.
 */
export interface Format {
  readonly name: 'f32' | 'f64';
  readonly width: number;
  /** Significand bits, the leading one included. */
  readonly precision: number;
  readonly minExponent: number;
  readonly maxExponent: number;
}

export const F32: Format = {
  name: 'f32',
  width: 32,
  precision: 24,
  minExponent: -126,
  maxExponent: 127,
};
export const F64: Format = {
  name: 'f64',
  width: 64,
  precision: 53,
  minExponent: -1022,
  maxExponent: 1023,
};

export const NX = 1;
export const UF = 2;
export const OF = 4;
export const DZ = 8;
export const NV = 16;

export interface Result {
  readonly bits: bigint;
  readonly flags: number;
}

type Value =
  | { kind: 'nan'; signalling: boolean }
  | { kind: 'infinite'; sign: boolean }
  | { kind: 'finite'; sign: boolean; m: bigint; e: number };

/** A magnitude m * 2^e, or strictly between that and (m + 1) * 2^e when `more`. */
interface Magnitude {
  readonly m: bigint;
  readonly e: number;
  readonly more: boolean;
}

export function infinityBits(f: Format, sign: boolean): bigint {
  const exponent = (1n << BigInt(f.width - f.precision)) - 1n;
  return signed(f, sign, exponent << BigInt(f.precision - 1));
}

export function canonicalNaN(f: Format): bigint {
  return infinityBits(f, false) | (1n << BigInt(f.precision - 2));
}

function signed(f: Format, sign: boolean, bits: bigint): bigint {
  return sign ? bits | (1n << BigInt(f.width - 1)) : bits;
}

export function decode(f: Format, bits: bigint): Value {
  const sign = bits >> BigInt(f.width - 1) === 1n;
  const fraction = bits & ((1n << BigInt(f.precision - 1)) - 1n);
  const exponent = Number((bits >> BigInt(f.precision - 1)) & BigInt(2 * f.maxExponent + 1));
  if (exponent === 2 * f.maxExponent + 1) {
    if (fraction === 0n) return { kind: 'infinite', sign };
    return { kind: 'nan', signalling: fraction >> BigInt(f.precision - 2) === 0n };
  }
  const lowest = f.minExponent - f.precision + 1;
  if (exponent === 0) return { kind: 'finite', sign, m: fraction, e: lowest };
  const m = fraction | (1n << BigInt(f.precision - 1));
  return { kind: 'finite', sign, m, e: lowest + exponent - 1 };
}

function bitLength(m: bigint): number {
  return m.toString(2).length;
}

/** Magnitude as a whole number of 2^quantum, rounded. Modes: RNE, RTZ, RDN, RUP, RMM. */
function toMultiple(sign: boolean, x: Magnitude, quantum: number, mode: number) {
  let { m, e } = x;
  if (e >= quantum) {
    // One more bit makes room for "a little more".
    m <<= BigInt(e - quantum + 1);
    e = quantum - 1;
  }
  const shift = BigInt(quantum - e);
  const floor = m >> shift;
  const rest = 2n * (m - (floor << shift)) + (x.more ? 1n : 0n);
  const one = 2n << shift;
  let up = false;
  if (mode === 0) up = 2n * rest > one || (2n * rest === one && (floor & 1n) === 1n);
  if (mode === 2) up = sign && rest !== 0n;
  if (mode === 3) up = !sign && rest !== 0n;
  if (mode === 4) up = 2n * rest >= one;
  return { n: up ? floor + 1n : floor, exact: rest === 0n };
}

/** A nonzero exact result in the format, with the flags of IEEE 754-2019 7.4 to 7.6. */
function round(f: Format, sign: boolean, x: Magnitude, mode: number): Result {
  const lead = x.e + bitLength(x.m) - 1;
  const free = toMultiple(sign, x, lead - f.precision + 1, mode);
  const freeLead = lead - f.precision + bitLength(free.n);
  if (freeLead > f.maxExponent) {
    const away = mode === 0 || mode === 4 || (mode === 2 && sign) || (mode === 3 && !sign);
    const limit = infinityBits(f, sign);
    return { bits: away ? limit : limit - 1n, flags: OF | NX };
  }
  const lowest = f.minExponent - f.precision + 1;
  const quantum = Math.max(lead - f.precision + 1, lowest);
  const { n, exact } = toMultiple(sign, x, quantum, mode);
  // A carry out of the significand runs into the exponent, as it should.
  const bits = (BigInt(quantum - lowest) << BigInt(f.precision - 1)) + n;
  let flags = exact ? 0 : NX;
  if (!exact && freeLead < f.minExponent) flags |= UF;
  return { bits: signed(f, sign, bits), flags };
}

function nan(f: Format, ...operands: Value[]): Result {
  const signalling = operands.some((x) => x.kind === 'nan' && x.signalling);
  return { bits: canonicalNaN(f), flags: signalling ? NV : 0 };
}

function invalid(f: Format): Result {
  return { bits: canonicalNaN(f), flags: NV };
}

function exactly(bits: bigint): Result {
  return { bits, flags: 0 };
}

export function fma(f: Format, a: bigint, b: bigint, c: bigint, mode: number): Result {
  const [x, y, z] = [decode(f, a), decode(f, b), decode(f, c)];
  const isZero = (v: Value) => v.kind === 'finite' && v.m === 0n;
  if ((x.kind === 'infinite' && isZero(y)) || (isZero(x) && y.kind === 'infinite')) {
    return invalid(f);
  }
  if (x.kind === 'nan' || y.kind === 'nan' || z.kind === 'nan') return nan(f, x, y, z);
  const sign = x.sign !== y.sign;
  if (x.kind === 'infinite' || y.kind === 'infinite') {
    if (z.kind === 'infinite' && z.sign !== sign) return invalid(f);
    return exactly(infinityBits(f, sign));
  }
  if (z.kind === 'infinite') return exactly(c);
  const e = Math.min(x.e + y.e, z.e);
  const product = (x.m * y.m) << BigInt(x.e + y.e - e);
  const addend = z.m << BigInt(z.e - e);
  const sum = (sign ? -product : product) + (z.sign ? -addend : addend);
  if (sum === 0n) {
    const zeroSign = product === 0n && sign === z.sign ? sign : mode === 2;
    return exactly(signed(f, zeroSign, 0n));
  }
  return round(f, sum < 0n, { m: sum < 0n ? -sum : sum, e, more: false }, mode);
}

export function add(f: Format, a: bigint, b: bigint, mode: number): Result {
  const [x, y] = [decode(f, a), decode(f, b)];
  if (x.kind === 'nan' || y.kind === 'nan') return nan(f, x, y);
  if (x.kind === 'infinite') {
    return y.kind === 'infinite' && x.sign !== y.sign ? invalid(f) : exactly(a);
  }
  if (y.kind === 'infinite') return exactly(b);
  const e = Math.min(x.e, y.e);
  const [p, q] = [x.m << BigInt(x.e - e), y.m << BigInt(y.e - e)];
  const sum = (x.sign ? -p : p) + (y.sign ? -q : q);
  if (sum === 0n) {
    const zeroSign = p === 0n && x.sign === y.sign ? x.sign : mode === 2;
    return exactly(signed(f, zeroSign, 0n));
  }
  return round(f, sum < 0n, { m: sum < 0n ? -sum : sum, e, more: false }, mode);
}

export function sub(f: Format, a: bigint, b: bigint, mode: number): Result {
  return add(f, a, b ^ (1n << BigInt(f.width - 1)), mode);
}

export function mul(f: Format, a: bigint, b: bigint, mode: number): Result {
  const [x, y] = [decode(f, a), decode(f, b)];
  if (x.kind === 'nan' || y.kind === 'nan') return nan(f, x, y);
  const sign = x.sign !== y.sign;
  if (x.kind === 'infinite' || y.kind === 'infinite') {
    const zero = (x.kind === 'finite' && x.m === 0n) || (y.kind === 'finite' && y.m === 0n);
    return zero ? invalid(f) : exactly(infinityBits(f, sign));
  }
  if (x.m === 0n || y.m === 0n) return exactly(signed(f, sign, 0n));
  return round(f, sign, { m: x.m * y.m, e: x.e + y.e, more: false }, mode);
}

export function div(f: Format, a: bigint, b: bigint, mode: number): Result {
  const [x, y] = [decode(f, a), decode(f, b)];
  if (x.kind === 'nan' || y.kind === 'nan') return nan(f, x, y);
  const sign = x.sign !== y.sign;
  if (x.kind === 'infinite') {
    return y.kind === 'infinite' ? invalid(f) : exactly(infinityBits(f, sign));
  }
  if (y.kind === 'infinite') return exactly(signed(f, sign, 0n));
  if (y.m === 0n) {
    return x.m === 0n ? invalid(f) : { bits: infinityBits(f, sign), flags: DZ };
  }
  if (x.m === 0n) return exactly(signed(f, sign, 0n));
  const numerator = x.m << 120n;
  const more = numerator % y.m !== 0n;
  return round(f, sign, { m: numerator / y.m, e: x.e - y.e - 120, more }, mode);
}

export function sqrt(f: Format, a: bigint, mode: number): Result {
  const x = decode(f, a);
  if (x.kind === 'nan') return nan(f, x);
  if (x.kind === 'finite' && x.m === 0n) return exactly(a);
  if (x.sign) return invalid(f);
  if (x.kind === 'infinite') return exactly(a);
  const odd = x.e & 1;
  const radicand = x.m << BigInt(120 + odd);
  const root = squareRootFloor(radicand);
  const more = root * root !== radicand;
  return round(f, false, { m: root, e: (x.e - odd) / 2 - 60, more }, mode);
}

function squareRootFloor(x: bigint): bigint {
  let root = 1n << BigInt((bitLength(x) + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** As the 64-bit register holds it, unsigned: sign-extended from `width`. */
export function toInteger(
  f: Format,
  a: bigint,
  isSigned: boolean,
  width: 32 | 64,
  mode: number,
): Result {
  const least = isSigned ? -(1n << BigInt(width - 1)) : 0n;
  const greatest = least + (1n << BigInt(width)) - 1n;
  const register = (n: bigint) => BigInt.asUintN(64, BigInt.asIntN(width, n));
  const x = decode(f, a);
  if (x.kind === 'nan') return { bits: register(greatest), flags: NV };
  if (x.kind === 'infinite') return { bits: register(x.sign ? least : greatest), flags: NV };
  const { n, exact } = toMultiple(x.sign, { m: x.m, e: x.e, more: false }, 0, mode);
  const value = x.sign ? -n : n;
  if (value < least) return { bits: register(least), flags: NV };
  if (value > greatest) return { bits: register(greatest), flags: NV };
  return { bits: register(value), flags: exact ? 0 : NX };
}

export function fromInteger(f: Format, value: bigint, mode: number): Result {
  if (value === 0n) return exactly(0n);
  const m = value < 0n ? -value : value;
  return round(f, value < 0n, { m, e: 0, more: false }, mode);
}

export function convert(to: Format, from: Format, a: bigint, mode: number): Result {
  const x = decode(from, a);
  if (x.kind === 'nan') return nan(to, x);
  if (x.kind === 'infinite') return exactly(infinityBits(to, x.sign));
  if (x.m === 0n) return exactly(signed(to, x.sign, 0n));
  return round(to, x.sign, { m: x.m, e: x.e, more: false }, mode);
}

/** -1, 0 or 1; undefined with a NaN. */
function compare(x: Value, y: Value): number | undefined {
  if (x.kind === 'nan' || y.kind === 'nan') return undefined;
  const size = (v: Value) => {
    if (v.kind === 'nan') throw new Error('a NaN has no size');
    const m = v.kind === 'infinite' ? 1n << 2200n : v.m << BigInt(v.e + 1100);
    return v.sign ? -m : m;
  };
  const [p, q] = [size(x), size(y)];
  return p < q ? -1 : p > q ? 1 : 0;
}

export function eq(f: Format, a: bigint, b: bigint): Result {
  const [x, y] = [decode(f, a), decode(f, b)];
  const order = compare(x, y);
  return { bits: order === 0 ? 1n : 0n, flags: nan(f, x, y).flags };
}

export function lt(f: Format, a: bigint, b: bigint): Result {
  const order = compare(decode(f, a), decode(f, b));
  return { bits: order === -1 ? 1n : 0n, flags: order === undefined ? NV : 0 };
}

export function le(f: Format, a: bigint, b: bigint): Result {
  const order = compare(decode(f, a), decode(f, b));
  return { bits: order !== undefined && order <= 0 ? 1n : 0n, flags: order === undefined ? NV : 0 };
}

function extreme(f: Format, a: bigint, b: bigint, want: -1 | 1): Result {
  const [x, y] = [decode(f, a), decode(f, b)];
  const { flags } = nan(f, x, y);
  if (x.kind === 'nan') return { bits: y.kind === 'nan' ? canonicalNaN(f) : b, flags };
  if (y.kind === 'nan') return { bits: a, flags };
  let order = compare(x, y);
  if (order === 0 && x.sign !== y.sign) order = x.sign ? -1 : 1;
  return { bits: order === -want ? b : a, flags };
}

export function min(f: Format, a: bigint, b: bigint): Result {
  return extreme(f, a, b, -1);
}

export function max(f: Format, a: bigint, b: bigint): Result {
  return extreme(f, a, b, 1);
}

export function classify(f: Format, a: bigint): Result {
  const x = decode(f, a);
  if (x.kind === 'nan') return exactly(x.signalling ? 0x100n : 0x200n);
  if (x.kind === 'infinite') return exactly(x.sign ? 1n : 0x80n);
  if (x.m === 0n) return exactly(x.sign ? 8n : 0x10n);
  if (bitLength(x.m) < f.precision) return exactly(x.sign ? 4n : 0x20n);
  return exactly(x.sign ? 2n : 0x40n);
}
