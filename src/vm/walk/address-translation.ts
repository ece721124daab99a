/** What satp, vsatp and hgatp say (Privileged 12.1.11, 15.2.10, 15.2.18). */
export interface AddressTranslation {
  readonly register: 'satp' | 'vsatp' | 'hgatp';
  readonly scheme: string;
  /** Levels of its tables; 0 if it translates nothing. */
  readonly levels: number;
  /** ASID, of hgatp VMID. */
  readonly space: number;
  /** Where the root table is; guest-physical if a G-stage translates it. */
  readonly root: bigint;
}

const SCHEMES: Readonly<Record<string, string>> = { 0: 'Bare', 8: 'Sv39', 9: 'Sv48', 10: 'Sv57' };
const PPN_MASK = (1n << 44n) - 1n;
/** hgatp's two lowest bits are zero: its root has 16 KiB. */
const GUEST_PPN_MASK = PPN_MASK & ~3n;

export function decodeTranslation(
  register: AddressTranslation['register'],
  value: bigint,
): AddressTranslation {
  const mode = value >> 60n;
  const guest = register === 'hgatp';
  const scheme = SCHEMES[mode.toString()] ?? `mode ${mode}`;
  return {
    register,
    scheme: guest && mode !== 0n ? `${scheme}x4` : scheme,
    levels: mode >= 8n && mode <= 10n ? Number(mode) - 5 : 0,
    space: Number((value >> 44n) & (guest ? 0x3fffn : 0xffffn)),
    root: (value & (guest ? GUEST_PPN_MASK : PPN_MASK)) << 12n,
  };
}
