import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { encode } from '../code.js';
import { BARE, ROOTS } from './address-space.js';
import type { WorldBuilder } from './world-builder.js';

const ASID = 0xffffn << 44n;
const VMID = 0x3fffn << 44n;
const COUNTERS = 0xffff_ffffn;
const FENCES = ['hfence.gvma', 'hfence.vvma'];

/** The number of a CSR that exists. */
export function csrNumber(name: string): number {
  const number = CSR_NUMBERS.get(name);
  if (number === undefined) throw new Error(`there is no CSR ${name}`);
  return number;
}

/** Another scheme or root of the VS-stage, or the same tables under another ASID, which needs no fence. */
export function switchSpace(world: WorldBuilder): void {
  const { random } = world;
  const asid = world.nextSpace();
  if (random.oneIn(3) && world.supervisor !== BARE) {
    world.vsatp = (world.vsatp & ~ASID) | (BigInt(asid) << 44n);
    world.csr(csrNumber('vsatp'), world.vsatp);
    return;
  }
  const root = random.pick(ROOTS);
  world.vsatp = world.vsatpFor(root, asid);
  if (world.space.reliable && !world.moves && random.oneIn(2)) {
    switchFromWithin(world);
  } else world.csr(csrNumber('vsatp'), world.vsatp, ['hfence.vvma']);
  world.supervisor = root;
}

/** The virtual supervisor does it, whose code is where it was in all its address spaces. */
function switchFromWithin(world: WorldBuilder): void {
  const exchange = encode('csrrw', { rd: 10, rs1: 12, csr: csrNumber('satp') });
  const words = [exchange, encode('sfence.vma')];
  world.add({ ...world.plain('VS'), words, value: world.vsatp });
}

/** Another scheme of the G-stage, or the same tables under another VMID, which needs no fence. */
export function switchGuest(world: WorldBuilder): void {
  const { random } = world;
  if (random.oneIn(3) && world.hgatp !== 0n) {
    world.hgatp = (world.hgatp & ~VMID) | (BigInt(world.nextSpace()) << 44n);
    world.csr(csrNumber('hgatp'), world.hgatp);
    return;
  }
  if (!world.moves) return;
  world.hgatp = world.hgatpFor(random.pick(ROOTS));
  world.csr(csrNumber('hgatp'), world.hgatp, ['hfence.gvma']);
}

/** Where a bit of menvcfg is cleared, that of henvcfg is 0; what it is later is not said. */
export function switchEnvironment(world: WorldBuilder): void {
  if (world.random.oneIn(2)) {
    world.menvcfg = world.environment();
    world.csr(csrNumber('menvcfg'), world.menvcfg, FENCES);
  }
  world.henvcfg = world.guestEnvironment();
  world.csr(csrNumber('henvcfg'), world.henvcfg, FENCES, 0n);
}

/** Who takes which exception, and who may read counters. */
export function switchDelegation(world: WorldBuilder): void {
  const { random } = world;
  const counters = () => random.u64() & COUNTERS;
  switch (random.below(5)) {
    case 0:
      world.medeleg = world.delegated();
      world.csr(csrNumber('medeleg'), world.medeleg);
      break;
    case 1:
      world.csr(csrNumber('hedeleg'), world.delegatedFurther());
      break;
    case 2:
      world.csr(csrNumber('hcounteren'), counters());
      break;
    case 3:
      world.csr(csrNumber('scounteren'), counters());
      break;
    default:
      world.csr(csrNumber('mcounteren'), random.oneIn(2) ? COUNTERS : counters());
  }
}
