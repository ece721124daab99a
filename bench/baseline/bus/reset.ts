import { resetPlic } from '../dev/plic.js';
import { resetRtc } from '../dev/rtc.js';
import { resetUart } from '../dev/uart.js';
import { MTIMECMP } from '../hart/csr-slot.js';
import type { Vm } from '../vm/vm.js';

/**
 * Puts the devices of a VM into their state at power-on. The VM's harts must be there; their own
 * reset clears their interrupt lines. The UART's rings keep what they hold, and the RTC its time.
 */
export function resetDevices(vm: Vm): void {
  for (const hart of vm.harts) hart.csr.fill(-1, MTIMECMP, MTIMECMP + 2);
  resetPlic(vm.plic);
  resetRtc(vm.rtc);
  resetUart(vm.uart);
}
