import type { CoreExports } from '../../../src/core/abi.js';
import { dropReservationsOf } from '../hart/reservation.js';
import type { BaselineHost } from '../host.js';
import { PAGE_SIZE, TRANSFER } from '../layout.js';
import { changePage } from '../memory/door.js';
import { dropAddresses, dropAllWriteAddresses } from '../mmu/drop.js';

type RamAbi = Pick<
  CoreExports,
  | 'vmFrame'
  | 'vmFramesOwned'
  | 'vmAccount'
  | 'vmBeginEpoch'
  | 'vmPageEpoch'
  | 'vmWatchToHost'
  | 'vmDropAddresses'
>;

/** The part of the ABI that is about a VM's RAM: its pages by frame number, and what changed. */
export function ramAbi(host: BaselineHost): RamAbi {
  return {
    vmFrame(handle, page, write) {
      const vm = host.vm(handle);
      const number = page >>> 0;
      if (number >= vm.ramPages) return 0;
      if (write === 0) return vm.pageEpochs[number] === 0 ? 0 : handle + number;
      dropReservationsOf(vm, number);
      return changePage(vm, number, 0, PAGE_SIZE) / PAGE_SIZE;
    },
    // All of RAM is the VM's from its beginning on.
    vmFramesOwned: (vm) => host.vm(vm).ramPages,
    vmAccount(handle, since) {
      const { memory, ramPages, pageEpochs } = host.vm(handle);
      const changed = pageEpochs.reduce((count, epoch) => count + (epoch > since ? 1 : 0), 0);
      const account = new DataView(memory.buffer, TRANSFER);
      account.setFloat64(0, ramPages, true);
      account.setUint32(8, ramPages, true);
      account.setUint32(12, 0, true);
      account.setUint32(16, changed, true);
    },
    vmBeginEpoch(handle) {
      const vm = host.vm(handle);
      const ended = vm.epoch;
      vm.epoch = ended + 1;
      dropAllWriteAddresses(vm);
      return ended;
    },
    vmPageEpoch: (vm, page) => host.vm(vm).pageEpochs[page >>> 0] ?? 0,
    vmWatchToHost(handle, address) {
      const vm = host.vm(handle);
      vm.tohost = Number(BigInt.asUintN(64, address));
      dropAllWriteAddresses(vm);
    },
    vmDropAddresses: (vm, page) => dropAddresses(host.vm(vm), page >>> 0),
  };
}
