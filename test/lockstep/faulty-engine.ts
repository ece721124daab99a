import type { Engine, EngineInstance } from '../../src/core/engine.js';
import { nodePlatform } from '../../src/node/platform.js';
import type { Platform } from '../../src/vm/platform.js';

/** What goes wrong: a change of machine `vm`, made through the engine's ABI. */
export type Fault = (instance: EngineInstance, vm: number) => void;

/** The engine as it is, but that after step `step` of a VM `fault` happens to it. */
function withFault(engine: Engine, step: bigint, fault: Fault): Engine {
  return {
    ...engine,
    name: 'faulty',
    instantiate: () => {
      const instance = engine.instantiate();
      const { exports } = instance;
      const vmRun = (vm: number, budget: bigint, now: bigint, rate: bigint): number => {
        const before = exports.vmSteps(vm);
        const cut = before < step && before + budget >= step;
        const reason = exports.vmRun(vm, cut ? step - before : budget, now, rate);
        if (cut && exports.vmSteps(vm) === step) fault(instance, vm);
        return reason;
      };
      return {
        get memory() {
          return instance.memory;
        },
        exports: Object.create(exports, { vmRun: { value: vmRun } }),
      };
    },
  };
}

/** Node with one more engine, 'faulty'. */
export function withFaultyEngine(step: bigint, fault: Fault): Platform {
  return {
    ...nodePlatform,
    engine: async (name, translate) =>
      name === 'faulty'
        ? withFault(await nodePlatform.engine('wasm'), step, fault)
        : nodePlatform.engine(name, translate),
  };
}
