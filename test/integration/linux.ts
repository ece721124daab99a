import { createHash } from 'node:crypto';
import { nodePlatform } from '../../src/node/platform.js';
import type { Host } from '../../src/vm/host.js';
import { Host as NeutralHost } from '../../src/vm/host.js';
import type { VmSpec } from '../../src/vm/spec.js';
import type { Vm } from '../../src/vm/vm.js';
import { randomNumbers } from '../core/random.js';

/** What a VM's console has printed so far; reading it from the start, nothing is lost. */
export interface Transcript {
  text(): string;
  /** Resolves when the console has closed. */
  readonly ended: Promise<void>;
}

/** Reads a VM's console; to be called before the VM starts. */
export function transcribe(vm: Vm): Transcript {
  const decoder = new TextDecoder();
  let text = '';
  const read = async () => {
    for await (const bytes of vm.console.output) text += decoder.decode(bytes, { stream: true });
  };
  return { text: () => text, ended: read() };
}

/** SHA-256 over the numbers and bytes of all pages that a VM has written. */
export function memoryHash(host: Host, vm: Vm): string {
  const hash = createHash('sha256');
  const { core } = host;
  for (let page = 0; page < vm.ram.size / 4096; page++) {
    const frame = core.exports.vmFrame(vm.handle, page, 0) >>> 0;
    if (frame === 0) continue;
    hash.update(`${page}:`).update(core.bytes.subarray(frame * 4096, (frame + 1) * 4096));
  }
  return hash.digest('hex');
}

/** Ways in which a host may behave that no guest may notice. */
export interface HostHabits {
  /** Budgets of random size, and pauses of random length between them. */
  readonly unsteady?: boolean;
  /** The core instance is replaced after so many calls. */
  readonly rebindEvery?: number;
  /** Guests' frames stand above 2 GiB. */
  readonly high?: boolean;
}

/** A host with habits. */
export async function hostWith(memory: string, habits: HostHabits = {}): Promise<Host> {
  const random = randomNumbers(1);
  const pause = () =>
    new Promise<void>((resolve) => {
      if (random(50) === 0) setTimeout(resolve, random(20));
      else setImmediate(resolve);
    });
  const host = await NeutralHost.createOn(
    habits.unsteady ? { ...nodePlatform, yieldToEvents: pause } : nodePlatform,
    { memory },
  );
  const { core } = host;
  if (habits.high) core.exports.hostSkipFrames(0x8_0000 - core.layout(2));
  const run = core.run.bind(core);
  let calls = 0;
  core.run = (vm, budget, now, rate) => {
    calls += 1;
    if (habits.rebindEvery !== undefined && calls % habits.rebindEvery === 0) void core.rebind();
    const most = habits.unsteady ? BigInt(1 + random(400_000)) : budget;
    return run(vm, most < budget ? most : budget, now, rate);
  };
  return host;
}

/** What a run of a VM on a virtual clock comes to. */
export interface Story {
  readonly console: string;
  readonly steps: number;
  readonly memory: string;
}

/** Boots Debian on a virtual clock for `seconds` of guest time. */
export async function tellStory(
  host: Host,
  spec: Omit<VmSpec, 'guest' | 'clock'>,
  seconds: number,
): Promise<Story> {
  await using vm = await host.create({ ...spec, guest: 'debian', clock: 'virtual' });
  const transcript = transcribe(vm);
  await vm.start();
  const over = await vm.wait({ timeout: seconds * 1000 }).then(
    (stop) => stop.kind,
    () => 'timeout',
  );
  await vm.stop();
  await transcript.ended;
  const { steps } = await vm.summary();
  if (over !== 'timeout') throw new Error(`the guest ended early: ${over}`);
  return { console: transcript.text(), steps, memory: memoryHash(host, vm) };
}
