import type { CoreExports } from '../../../src/core/abi.js';
import type { BaselineHost } from '../host.js';
import {
  attachDevice,
  failDevice,
  setConfig,
  takeDoorbells,
  takeEvents,
} from '../virtio/back-end.js';
import { completeRequest, readRequest, takeRequest, writeRequest } from '../virtio/request.js';

type VirtioAbi = Pick<CoreExports, Extract<keyof CoreExports, `virtio${string}`>>;

/** The ABI's calls for virtio back ends (assembly/index.ts says what each does). */
export function virtioAbi(host: BaselineHost): VirtioAbi {
  return {
    virtioAttach: (vm, slot, type, features, queues, configSize) =>
      attachDevice(host.vm(vm), slot, type, features, queues, configSize) ? 1 : 0,
    virtioDoorbells: (vm) => takeDoorbells(host.vm(vm)),
    virtioEvents: (vm, slot) => takeEvents(host.vm(vm), slot),
    virtioTake: (vm, slot, queue) => takeRequest(host.vm(vm), slot, queue),
    virtioRead: (vm, request, serial, offset, count) =>
      readRequest(host.vm(vm), request, serial, offset, count),
    virtioWrite: (vm, request, serial, offset, count) =>
      writeRequest(host.vm(vm), request, serial, offset, count),
    virtioComplete: (vm, request, serial, written) =>
      completeRequest(host.vm(vm), request, serial, written) ? 1 : 0,
    virtioSetConfig: (vm, slot, offset, count) =>
      setConfig(host.vm(vm), slot, offset, count) ? 1 : 0,
    virtioFail: (vm, slot) => failDevice(host.vm(vm), slot),
  };
}
