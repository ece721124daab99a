import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import type { Engine } from '../engines/engine.js';
import type { QemuEngine } from '../engines/qemu.js';
import type { WasmEngine } from '../engines/wasm.js';
import { rowOf } from '../row.js';
import { countInstructions, measureMips } from './measure.js';
import { PROGRAMS } from './programs/all.js';

const GROUP = 'vcpu';

/** Speed on small bare programs, in million guest instructions a second. */
export function vcpuBenchmarks(wasm: WasmEngine, qemu: QemuEngine): Benchmark[] {
  const engines: readonly Engine[] = [wasm, qemu];
  return PROGRAMS.map((program) => ({
    group: GROUP,
    name: program.name,
    async run(extent, sink) {
      const count = await countInstructions(wasm, program);
      for (const engine of engines) {
        const subject = { group: GROUP, name: program.name, engine: engine.name };
        await attempt(subject, sink, async () => {
          const samples = await measureMips(engine, program, count, extent);
          sink.row(rowOf({ ...subject, unit: 'MIPS', better: 'higher' }, samples));
        });
      }
    },
  }));
}
