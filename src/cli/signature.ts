import { writeFile } from 'node:fs/promises';
import { ConfigurationError, ImageError } from '../core/errors.js';
import type { Vm } from '../vm/vm.js';
import { placeTrouble } from './input-file.js';

/** Bytes a line: the architecture tests compare words of 32 bits. */
const WORD = 4;

/** The range of a program's signature. @throws ImageError if it has none. */
export function signatureRange(symbols: ReadonlyMap<string, bigint>): readonly [bigint, number] {
  const begin = symbols.get('begin_signature');
  const end = symbols.get('end_signature');
  if (begin === undefined || end === undefined || end < begin) {
    throw new ImageError('--signature needs a program with begin_signature and end_signature');
  }
  return [begin, Number(end - begin)];
}

/** Signature text: words of 32 bits in hexadecimal, one a line, lowest address first. */
export function signatureText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += WORD) {
    for (let i = WORD - 1; i >= 0; i--) text += (bytes[at + i] ?? 0).toString(16).padStart(2, '0');
    text += '\n';
  }
  return text;
}

/** Writes the signature of a program that ended. */
export async function writeSignature(vm: Vm, path: string): Promise<void> {
  const [begin, length] = signatureRange(vm.symbols);
  const text = signatureText(vm.ram.read(begin, length));
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new ConfigurationError(
      `--signature '${path}' cannot be written: ${placeTrouble(cause)}`,
      {
        cause,
      },
    );
  }
}
