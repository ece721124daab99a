/** The hypervisor's CSRs and those of its guest (Privileged 15.2), which are zero without H. */
import { Ext } from '../generated/ops';
import { GUEST_HANDLED } from '../hart/cause';
import { at, Hart } from '../hart/hart';
import { VS_INTERRUPTS } from '../hart/interrupts';
import { supervisorWritable } from '../hart/model';
import { ADUE, FIOM, HSTATUS_WRITABLE, PBMTE, STCE } from '../hart/status';
import { hasRootMode } from '../hart/warl';
import { isVector, within } from './csr-fields';
import { check, field } from './record';

/** The bits that a hart with H may have, and no other. */
function withH(hart: usize, value: u64, bits: u64): bool {
  return within(value, at(hart).extensions & Ext.H ? bits : 0);
}

export function visitHypervisorCsrs(hart: usize): void {
  const state = at(hart);
  field<u64>('mtval2', hart + offsetof<Hart>('mtval2'));
  field<u64>('mtinst', hart + offsetof<Hart>('mtinst'));
  field<u64>('hstatus', hart + offsetof<Hart>('hstatus'));
  check(withH(hart, state.hstatus, HSTATUS_WRITABLE));
  field<u64>('hedeleg', hart + offsetof<Hart>('hedeleg'));
  check(withH(hart, state.hedeleg, GUEST_HANDLED));
  field<u64>('hideleg', hart + offsetof<Hart>('hideleg'));
  check(withH(hart, state.hideleg, VS_INTERRUPTS));
  field<u64>('htimedelta', hart + offsetof<Hart>('htimedelta'));
  field<u64>('henvcfg', hart + offsetof<Hart>('henvcfg'));
  check(withH(hart, state.henvcfg, FIOM | ADUE | PBMTE | STCE));
  field<u64>('htval', hart + offsetof<Hart>('htval'));
  field<u64>('htinst', hart + offsetof<Hart>('htinst'));
  field<u64>('hgatp', hart + offsetof<Hart>('hgatp'));
  check(withH(hart, state.hgatp, u64.MAX_VALUE) && hasRootMode(hart, state.hgatp >> 60));
  field<u64>('hvip', hart + offsetof<Hart>('hvip'));
  check(withH(hart, state.hvip, VS_INTERRUPTS));
  field<u32>('hcounteren', hart + offsetof<Hart>('hcounteren'));
}

export function visitGuestCsrs(hart: usize): void {
  const state = at(hart);
  field<u64>('vsstatus', hart + offsetof<Hart>('vsstatus'));
  check(withH(hart, state.vsstatus, supervisorWritable(hart)));
  field<u64>('vstvec', hart + offsetof<Hart>('vstvec'));
  check(isVector(state.vstvec));
  field<u64>('vsscratch', hart + offsetof<Hart>('vsscratch'));
  field<u64>('vsepc', hart + offsetof<Hart>('vsepc'));
  check((state.vsepc & 1) === 0);
  field<u64>('vscause', hart + offsetof<Hart>('vscause'));
  field<u64>('vstval', hart + offsetof<Hart>('vstval'));
  field<u64>('vsatp', hart + offsetof<Hart>('vsatp'));
  check(hasRootMode(hart, state.vsatp >> 60));
  field<u64>('vstimecmp', hart + offsetof<Hart>('vstimecmp'));
}
