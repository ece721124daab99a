import { ConfigurationError } from '../../core/errors.js';
import { region } from '../../debug/region-command.js';
import { type RegionRequest, regionWords } from '../../debug/region-words.js';
import { DEFAULT_CPU } from '../../machine/cpu-model.js';
import { Host } from '../../node/door.js';
import { parseVmMemory } from '../../vm/spec.js';
import { answerOf, askMachine, checkAddress } from '../asked-machine.js';
import { OVERHEAD } from '../guest-boot.js';
import { readInputFile } from '../input-file.js';
import type { DisasmOptions } from './options.js';

/** RAM of the machine that a file is put into. */
const MEMORY = '256M';

/** Options that only a machine that runs has a use for, and those that only a file has. */
const OF_MACHINES = ['hart', 'eager', 'symbols'] as const;
const OF_FILES = ['cpu'] as const;

/**
 * `hartwood disasm`: prints a region of a file or of a running machine.
 *
 * @throws ConfigurationError for wrong options, if there is no such machine or hart, and if there is no region at
 * the address; ImageError for a wrong file; the signal's reason
 */
export async function disassembleRegion(
  file: string | undefined,
  options: DisasmOptions,
  signal: AbortSignal,
): Promise<void> {
  const { gdb, json = false, eager = false } = options;
  if ((file === undefined) === (gdb === undefined)) {
    throw new ConfigurationError(
      'disasm needs either a file or --gdb, as in: disasm program.elf --region main',
    );
  }
  const where = gdb === undefined ? 'a file' : '--gdb';
  for (const name of gdb === undefined ? OF_MACHINES : OF_FILES) {
    if (options[name] === undefined) continue;
    throw new ConfigurationError(`--${name} has no meaning with ${where}`);
  }
  checkAddress(options.region);
  const answer =
    gdb === undefined
      ? await ofFile(file ?? '', options.cpu ?? DEFAULT_CPU, {
          address: options.region,
          eager: true,
          json,
        })
      : await askMachine(
          options.region,
          { ...options, gdb, hart: options.hart ?? '0' },
          (address) => ['region', ...regionWords({ address, eager, json })].join(' '),
          signal,
        );
  process.stdout.write(answer);
}

/** What the monitor of a machine with the program in it answers, before its first instruction. */
async function ofFile(path: string, cpu: string, request: RegionRequest): Promise<string> {
  const bare = await readInputFile(path, 'program');
  await using host = await Host.create({ memory: parseVmMemory(MEMORY) + OVERHEAD });
  await using vm = await host.create({ guest: { bare }, memory: MEMORY, cpu });
  await vm.debugger.pause();
  await vm.start();
  const answer = await region(vm.debugger, vm.symbols, 0, regionWords(request));
  return answerOf(answer, request.json);
}
