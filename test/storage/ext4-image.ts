import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of e2fsprogs; a status above `most` is an error with what it said. */
async function tool(most: number, program: string, ...options: string[]): Promise<void> {
  const ended: Ended = await run(program, options).catch((failed: Ended) => failed);
  const status = ended.code ?? 0;
  if (typeof status === 'number' && status <= most) return;
  const command = [program, ...options].join(' ');
  throw new Error(`'${command}' ended with ${status}: ${ended.stdout}${ended.stderr}`);
}

/** Fails unless the file system in a raw image has no fault; changes nothing. */
export async function mustBeClean(image: string): Promise<void> {
  await tool(0, 'e2fsck', '-fn', image);
}

/**
 * What a system does at its start: replays the journal and mends what is left of unfinished work. Fails
 * if the file system has any other fault, and unless it has none afterwards.
 */
export async function recover(image: string): Promise<void> {
  // 1: errors were corrected. With -p only those that a power cut is expected to leave.
  await tool(1, 'e2fsck', '-fp', image);
  await mustBeClean(image);
}

/** The files of a folder in a raw image, by name. */
export async function filesOf(image: string, folder: string): Promise<Map<string, Buffer>> {
  const target = `${image}.files`;
  await mkdir(target);
  await tool(0, 'debugfs', '-R', `rdump ${folder} ${target}`, image);
  const copy = join(target, folder);
  const files = new Map<string, Buffer>();
  for (const name of await readdir(copy)) files.set(name, await readFile(join(copy, name)));
  await rm(target, { recursive: true });
  return files;
}
