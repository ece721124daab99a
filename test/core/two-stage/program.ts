/** What a rig's hart executes: single instructions that are stepped over, wherever they are fetched from. */

export type Instruction = 'ld' | 'sd' | 'hlv.b' | 'hlv.d' | 'hlvx.wu' | 'hsv.d';

const FENCES = ['sfence.vma', 'hfence.vvma', 'hfence.gvma'] as const;
export type Fence = (typeof FENCES)[number];

/** A fence's label, by which of its operands are not x0: an address in a1, an ASID or VMID in a2. */
export const fenceLabel = (fence: Fence, hasAddress: boolean, hasId: boolean): string =>
  `${fence}_${hasAddress ? 'a1' : 'zero'}_${hasId ? 'a2' : 'zero'}`;

const fences = FENCES.flatMap((fence) =>
  [false, true].flatMap((hasAddress) =>
    [false, true].map((hasId) => {
      const operands = `${hasAddress ? 'a1' : 'zero'}, ${hasId ? 'a2' : 'zero'}`;
      return `${fenceLabel(fence, hasAddress, hasId)}: ${fence} ${operands}`;
    }),
  ),
);

export const PROGRAM = `
ld: ld a0, 0(a1)
sd: sd a0, 0(a1)
hlv.b: hlv.b a0, (a1)
hlv.d: hlv.d a0, (a1)
hlvx.wu: hlvx.wu a0, (a1)
hsv.d: hsv.d a0, (a1)
all_fences:
  sfence.vma
  hfence.vvma
  hfence.gvma
  j .
${fences.join('\n')}
.balign 64
handler: j .
supervisor: j .
guest: j .
`;
