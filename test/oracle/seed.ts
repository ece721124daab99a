/** SEED=random for another campaign each time, SEED=N to repeat one. */
export function campaignSeed(): number {
  const { SEED } = process.env;
  return SEED === 'random' ? Math.floor(Math.random() * 2 ** 32) : Number(SEED ?? 20260101);
}
