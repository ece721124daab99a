import { readFile } from 'node:fs/promises';
import { nodePlatform } from '../../../src/node/platform.js';
import type { SnapshotStore } from '../../../src/snapshot/snapshot-store.js';
import { Host } from '../../../src/vm/host.js';
import type { Vm } from '../../../src/vm/vm.js';
import type { KeptProgram } from './programs.js';

/** The files of all format versions. */
export const FILES = new URL('files/', import.meta.url);

/** How a program ended. */
export interface Ending {
  readonly code: number;
  readonly printed: string;
  readonly steps: string;
}

/** A name such as `1-numbers.hwsnap`, of what was kept by format version 1; how it ended is beside it. */
export const fileOf = (version: number, name: string, kind: 'hwsnap' | 'json') =>
  new URL(`${version}-${name}.${kind}`, FILES);

export async function readEnding(version: number, name: string): Promise<Ending> {
  return JSON.parse(await readFile(fileOf(version, name, 'json'), 'utf8')) as Ending;
}

/** Keeps a program in its midst. */
export async function keep({ spec, step }: KeptProgram, store: SnapshotStore): Promise<void> {
  const host = await Host.createOn(nodePlatform, { memory: '64M' });
  try {
    const vm = await host.create(spec);
    if ((await vm.runTo(step)) !== 'reached') throw new Error('the program ended before its midst');
    await vm.snapshot({ store, name: 'midst' });
  } finally {
    await host[Symbol.asyncDispose]();
  }
}

/** Lets a program run from its beginning to its end. */
export async function whole({ spec }: KeptProgram): Promise<Ending> {
  const host = await Host.createOn(nodePlatform, { memory: '64M' });
  try {
    const vm = await host.create(spec);
    await vm.start();
    return await ended(vm);
  } finally {
    await host[Symbol.asyncDispose]();
  }
}

/** Lets what was kept go on to its end. */
export async function goOn(store: SnapshotStore, lazy: boolean): Promise<Ending> {
  const host = await Host.createOn(nodePlatform, { memory: '64M' });
  try {
    const vm = await host.restore(store, 'midst', { lazy, identity: false });
    return await ended(vm);
  } finally {
    await host[Symbol.asyncDispose]();
  }
}

async function ended(vm: Vm): Promise<Ending> {
  const { code } = await vm.wait();
  let printed = '';
  const reader = vm.serial.output.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    printed += new TextDecoder().decode(value);
  }
  return { code, printed, steps: String(vm.counts.steps) };
}
