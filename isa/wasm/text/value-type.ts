import type { ByteReader } from './byte-reader.js';
import { ModuleError } from './module-error.js';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64';

/** Value types by their bytes (WebAssembly Core 2.0, 5.3.1). */
export const VALUE_TYPES: Readonly<Record<number, ValueType>> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
};

export function readValueType(reader: ByteReader): ValueType {
  const { at } = reader;
  const byte = reader.byte();
  const type = VALUE_TYPES[byte];
  if (type === undefined)
    throw new ModuleError(`there is no value type 0x${byte.toString(16)}`, at);
  return type;
}
