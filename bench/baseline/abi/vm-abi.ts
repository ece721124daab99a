import type { CoreExports } from '../../../src/core/abi.js';
import { updateAlarm } from '../dev/rtc.js';
import { uartGive, uartTake } from '../dev/uart-host.js';
import { setGeneration } from '../dev/vmgenid.js';
import type { BaselineHost } from '../host.js';
import { runVm } from '../sched/run.js';
import { nextDeadline, skipTo, vmTime } from '../vm/clock.js';
import { createVm, destroyVm } from '../vm/lifecycle.js';

type VmAbi = Pick<
  CoreExports,
  | 'vmCreate'
  | 'vmDestroy'
  | 'vmClock'
  | 'vmRun'
  | 'vmExitCode'
  | 'vmExits'
  | 'vmSteps'
  | 'vmInstructions'
  | 'vmTime'
  | 'vmDeadline'
  | 'vmSkipTo'
  | 'vmSetGeneration'
  | 'uartTake'
  | 'uartGive'
>;

/** A u64 as it comes over the border, signed or not. */
function count(value: bigint): number {
  return Number(BigInt.asUintN(64, value));
}

/** The part of the ABI that makes VMs, runs them and moves their clocks. */
export function vmAbi(host: BaselineHost): VmAbi {
  return {
    vmCreate: (ramBytes, harts, extensions, flags) =>
      createVm(host, count(ramBytes), harts >>> 0, BigInt.asUintN(64, extensions), flags),
    vmDestroy: (vm) => destroyVm(host, vm),
    vmClock(handle, kind, now, rtcOrigin) {
      const vm = host.vm(handle);
      vm.clock = kind;
      vm.timeOrigin = count(now);
      vm.stepsOrigin = vm.steps;
      vm.timeSeen = vm.timeOrigin;
      vm.rtc.origin = BigInt.asUintN(64, rtcOrigin);
    },
    // Its budget is signed as it is in the core.
    vmRun: (vm, budget, now, rate) =>
      runVm(host.vm(vm), Number(BigInt.asIntN(64, budget)), count(now), count(rate)),
    vmExitCode: (vm) => host.vm(vm).exitCode,
    vmExits: (vm, reason) => BigInt(host.vm(vm).exits[reason] ?? 0),
    vmSteps: (vm) => BigInt(host.vm(vm).steps),
    vmInstructions(handle) {
      const { harts, steps } = host.vm(handle);
      return BigInt(harts.reduce((retired, { unretired }) => retired - unretired, steps));
    },
    vmTime: (vm) => BigInt(vmTime(host.vm(vm))),
    vmDeadline(vm) {
      const deadline = nextDeadline(host.vm(vm));
      return Number.isFinite(deadline) ? BigInt(deadline) : -1n;
    },
    vmSkipTo(handle, time) {
      const vm = host.vm(handle);
      skipTo(vm, count(time));
      updateAlarm(vm.rtc);
    },
    vmSetGeneration: (vm, low, high) => setGeneration(host.vm(vm), low, high),
    uartTake: (vm) => uartTake(host.vm(vm)),
    uartGive: (vm, bytes) => uartGive(host.vm(vm), bytes >>> 0),
  };
}
