/** Addresses: pages of functions that are written anew again and again; the count of rounds, and the sum. */
const CHURN = 0x8020_0000n;
const PAGES = 64;
export const RESULT = 0x8010_0000n;
export const MEMORY = 16 << 20;

/** Iterations of a new function, and of one that was written some rounds before. */
const LOOPS = 200_000;
const OLD_LOOPS = 20_000;
const OLD = 5;
const AMOUNTS = 1024;

/**
 * Each round writes a function into the next page, whose constant is the round's, and calls it and an older one.
 * What they return is added up.
 */
export const CHURNING = `
  li s0, ${OLD}
  li s2, 0
  li s3, ${RESULT}
  li s4, ${CHURN}
  li s5, 0
fill:
  call write
  addi s5, s5, 1
  li t0, ${OLD}
  bltu s5, t0, fill
round:
  mv s5, s0
  call write
  li a1, ${LOOPS}
  jalr s1
  add s2, s2, a0
  addi t0, s0, -${OLD}
  andi t0, t0, ${PAGES - 1}
  slli t0, t0, 12
  add t0, t0, s4
  li a1, ${OLD_LOOPS}
  jalr t0
  add s2, s2, a0
  addi s0, s0, 1
  sd s0, 0(s3)
  sd s2, 8(s3)
  j round

# The function of round s5 into its page; s1 = its address.
write:
  andi s1, s5, ${PAGES - 1}
  slli s1, s1, 12
  add s1, s1, s4
  la t0, function
  la t1, end
  mv t2, s1
1:
  lw t3, 0(t0)
  sw t3, 0(t2)
  addi t0, t0, 4
  addi t2, t2, 4
  bltu t0, t1, 1b
  andi t0, s5, ${AMOUNTS - 1}
  slli t0, t0, 20
  lw t3, 4(s1)
  add t3, t3, t0
  sw t3, 4(s1)
  fence.i
  ret

function:
  li a0, 0
  addi a2, zero, 0            # the round's constant
2:
  add a0, a0, a2
  xor a3, a0, a1
  slli a4, a3, 3
  sub a4, a4, a3
  srli a5, a4, 7
  or a6, a5, a2
  addi a1, a1, -1
  bnez a1, 2b
  ret
end:
`;

/** What the rounds before `rounds` have added up. */
export function churned(rounds: number): bigint {
  let sum = 0n;
  for (let round = OLD; round < rounds; round++) {
    sum += BigInt(LOOPS * (round % AMOUNTS) + OLD_LOOPS * ((round - OLD) % AMOUNTS));
  }
  return BigInt.asUintN(64, sum);
}
