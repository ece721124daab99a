import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { main } from 'assemblyscript/asc';
import { beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import {
  ClockKind,
  type CoreExports,
  INITIAL_PAGES,
  LayoutValue,
  MAXIMUM_PAGES,
  RAM_BASE,
  StartMode,
} from '../../src/core/abi.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { parseCpuModel } from '../../src/machine/cpu-model.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RAM = 4 << 20;

/** The core for shared memory, compiled as asconfig.json says. */
async function compileShared(): Promise<WebAssembly.Module> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await main(
    ['--baseDir', ROOT, '--config', `${ROOT}asconfig.json`, '--target', 'shared'],
    {
      writeFile(name: string, contents: string | Uint8Array) {
        if (name.endsWith('.wasm') && typeof contents !== 'string') {
          binary = new Uint8Array(contents);
        }
      },
    },
  );
  if (error || binary === undefined) throw new Error(`${error?.message}\n${stderr.toString()}`);
  return WebAssembly.compile(binary);
}

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileShared();
});

const sharedMemory = () =>
  new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES, shared: true });

function bind(memory: WebAssembly.Memory): CoreExports {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 16 });
  const instance = new WebAssembly.Instance(module, { env: { memory, table } });
  return instance.exports as unknown as CoreExports;
}

/** Adds and stores `factor` × n at each n-th doubleword of 64 pages, three times over. */
const program = (factor: number) =>
  assemble(
    `
      li s3, 3
      li s4, 0x80180000
lap:  li s0, 0x80100000
      li s1, ${64 * 512}
      li s2, 0
1:    addi s2, s2, ${factor}
      ld a0, 0(s0)
      add a0, a0, s2
      sd a0, 0(s0)
      amoadd.d a1, s2, (s4)
      addi s0, s0, 8
      addi s1, s1, -1
      bnez s1, 1b
      addi s3, s3, -1
      bnez s3, lap
      li t5, 0x100000
      li t6, 0x5555
      sw t6, 0(t5)
      j .`,
    { origin: RAM_BASE },
  ).bytes;

/** Brings the device in virtio slot 0 to DRIVER_OK, its queue of 4 at RINGS, and powers off. */
const RING_PAGE = 16;
const RINGS = RAM_BASE + BigInt(RING_PAGE) * 4096n;
const DRIVER = assemble(
  `
      li t0, 0x10001000
      ${[
        [0x070, 3],
        [0x024, 1],
        [0x020, 1],
        [0x070, 11],
        [0x038, 4],
        [0x080, RINGS],
        [0x090, RINGS + 0x100n],
        [0x0a0, RINGS + 0x200n],
        [0x044, 1],
        [0x070, 15],
      ]
        .map(([register, value]) => `li t1, ${value}\n sw t1, ${register}(t0)`)
        .join('\n')}
      li t5, 0x100000
      li t6, 0x5555
      sw t6, 0(t5)
      j .`,
  { origin: RAM_BASE },
).bytes;

function createVm(
  core: CoreExports,
  memory: WebAssembly.Memory,
  factor: number,
  code = program(factor),
): number {
  const vm = core.vmCreate(BigInt(RAM), 1, parseCpuModel('rv64').extensions, 0) >>> 0;
  const frame = core.vmFrame(vm, 0, 1) >>> 0;
  new Uint8Array(memory.buffer).set(code, frame * 4096);
  core.vmClock(vm, ClockKind.Virtual, 0n, 0n);
  core.hartStart(vm, 0, RAM_BASE, 0n, 0n, StartMode.Machine);
  return vm;
}

/** The sums that the program left, as one text. */
function result(core: CoreExports, memory: WebAssembly.Memory, vm: number): string {
  const pages = Array.from({ length: 64 }, (_, n) => {
    const frame = core.vmFrame(vm, 256 + n, 0) >>> 0;
    return Buffer.from(new Uint8Array(memory.buffer, frame * 4096, 4096)).toString('base64');
  });
  return [core.vmSteps(vm), core.hartRegister(vm, 0, 11), ...pages].join();
}

/** The same on a host of its own, unshared instances and all. */
function alone(factor: number): string {
  const memory = sharedMemory();
  const core = bind(memory);
  core.hostInitialize(10_000);
  const vm = createVm(core, memory, factor);
  expect(core.vmRun(vm, 10_000_000n, 0n, 0n)).toBe(ExitReason.Shutdown);
  return result(core, memory, vm);
}

/** Runs a VM to its end in a thread of its own, by an instance of its own. */
function runInWorker(memory: WebAssembly.Memory, vm: number): Promise<number> {
  const worker = new Worker(
    `const { parentPort, workerData: { module, memory, vm } } = require('node:worker_threads');
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: 16 });
    const { exports } = new WebAssembly.Instance(module, { env: { memory, table } });
    let reason = 0;
    while (reason === 0) reason = exports.vmRun(vm, 100000n, 0n, 0n);
    parentPort.postMessage(reason);`,
    { eval: true, workerData: { module, memory, vm } },
  );
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe('the core on shared memory', () => {
  it('imports a shared memory', async () => {
    expect(() =>
      bind(new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES })),
    ).toThrow(WebAssembly.LinkError);
    const names = WebAssembly.Module.imports(module).map(({ name }) => name);
    expect(names).toContain('memory');
  });

  it('runs two VMs by two instances in turn', () => {
    const memory = sharedMemory();
    const [one, other] = [bind(memory), bind(memory)];
    one.hostInitialize(10_000);
    const first = createVm(one, memory, 3);
    const second = createVm(other, memory, 5);
    const ended = new Set<number>();
    for (let turn = 0; ended.size < 2 && turn < 10_000; turn++) {
      if (!ended.has(first) && one.vmRun(first, 1000n, 0n, 0n) !== 0) ended.add(first);
      if (!ended.has(second) && other.vmRun(second, 1700n, 0n, 0n) !== 0) ended.add(second);
    }
    expect(ended.size).toBe(2);
    expect(result(other, memory, first)).toBe(alone(3));
    expect(result(one, memory, second)).toBe(alone(5));
  });

  it('serves a virtio queue by two instances in turn', () => {
    const memory = sharedMemory();
    const [one, other] = [bind(memory), bind(memory)];
    one.hostInitialize(10_000);
    const vm = createVm(one, memory, 1, DRIVER);
    const transfer = one.layoutValue(LayoutValue.Transfer);
    const view = new DataView(memory.buffer);
    view.setUint32(transfer, 4, true);
    expect(one.virtioAttach(vm, 0, 42, 0n, 1, 0)).toBe(1);
    let reason: number = ExitReason.Budget;
    for (let n = 0; n < 100 && reason !== ExitReason.Shutdown; n++) {
      reason = (n % 2 ? one : other).vmRun(vm, 1000n, 0n, 0n);
    }
    expect(reason).toBe(ExitReason.Shutdown);

    // A chain of one descriptor, of 8 bytes that the device may write.
    const ring = (other.vmFrame(vm, RING_PAGE, 1) >>> 0) * 4096;
    view.setBigUint64(ring, RINGS + 0x800n, true);
    view.setUint32(ring + 8, 8, true);
    view.setUint16(ring + 12, 2, true);
    view.setUint16(ring + 0x102, 1, true);
    const request = one.virtioTake(vm, 0, 0) >>> 0;
    expect(request).toBeGreaterThan(4096);
    const serial = view.getUint32(transfer, true);
    view.setBigUint64(transfer, 0x1234_5678_9abcn, true);
    expect(other.virtioWrite(vm, request, serial, 0, 8)).toBe(8);
    expect(one.virtioComplete(vm, request, serial, 8)).toBe(1);
    expect(other.virtioComplete(vm, request, serial, 8)).toBe(0);
    expect(view.getBigUint64(ring + 0x800, true)).toBe(0x1234_5678_9abcn);
    expect([0x200, 0x202, 0x204, 0x208].map((at) => view.getUint16(ring + at, true))).toEqual([
      0, 1, 0, 8,
    ]);
  });

  it('runs them in threads of their own, one after the other', async () => {
    const memory = sharedMemory();
    const core = bind(memory);
    core.hostInitialize(10_000);
    const vms = [createVm(core, memory, 3), createVm(core, memory, 5)];
    for (const vm of vms) expect(await runInWorker(memory, vm)).toBe(ExitReason.Shutdown);
    expect(vms.map((vm) => result(core, memory, vm))).toEqual([alone(3), alone(5)]);
  });
});
