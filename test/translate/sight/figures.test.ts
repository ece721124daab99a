import { expect, it } from 'vitest';
import { assemble } from '../../../isa/assembler/assemble.js';
import { toElf } from '../../../isa/assembler/elf.js';
import { nodePlatform } from '../../../src/node/platform.js';
import { startProfile } from '../../../src/profile/start.js';
import { Host } from '../../../src/vm/host.js';

/** 400,000 turns of a loop of four instructions; then a line of code is written over, and the loop ends. */
const PROGRAM = assemble(
  `
_start:
  la s0, loop
  li t0, 400000
loop:
  addi t1, t1, 3
  xor t2, t2, t1
  addi t0, t0, -1
  bnez t0, loop
  lw t3, 0(s0)
  sw t3, 0(s0)
  li t4, 0x5555
  li t5, 0x100000
  sw t4, 0(t5)
hang:
  j hang
`,
  { origin: 0x8000_0000n },
);
const LOOPED = 1_600_000;

async function run(engine: string) {
  await using host = await Host.createOn(nodePlatform, {
    memory: '32M',
    engine,
    ...(engine === 'wasm' ? { translate: { threshold: 16, asynchronous: false } } : {}),
  });
  const guest = { bare: toElf(PROGRAM) };
  await using vm = await host.create({ guest, memory: '8M', clock: 'virtual' });
  const profiler = await startProfile(vm);
  await vm.start();
  expect(await vm.wait()).toMatchObject({ kind: 'poweroff' });
  return { summary: await vm.summary(), profile: profiler.finish(), counts: vm.counts };
}

it('tells how much was translated, exactly', async () => {
  const { summary, profile, counts } = await run('wasm');
  const { translation } = summary;
  if (translation === null) throw new Error('nothing is told of translation');
  const { entries, instructions, regions } = translation;
  expect(instructions).toBeGreaterThan(0.9 * LOOPED);
  expect(instructions).toBeLessThan(LOOPED);
  expect(translation.share).toBe(instructions / summary.instructions);
  expect(translation.instructionsPerEntry).toBe(instructions / entries);
  expect(counts.harts).toMatchObject({ regionEntries: entries, regionSteps: instructions });
  // The store takes with it all that there were.
  const { compiled } = regions;
  expect(compiled).toBeGreaterThan(0);
  expect(regions).toMatchObject({ live: 0, evicted: compiled, retired: 0 });
  expect(regions.instructions).toBeGreaterThanOrEqual(4);
  expect(translation).toMatchObject({ generations: 0, unavailable: null });
  expect(translation.modules).toBeGreaterThan(0);
  expect(translation.modules).toBeLessThanOrEqual(compiled);
  expect(translation.bytes).toBeGreaterThan(100);
  expect(translation.longestCompileSeconds).toBeGreaterThan(0);
  expect(translation.compileSeconds).toBeGreaterThanOrEqual(translation.longestCompileSeconds);
  expect(profile.host.translation).toEqual(translation);
});

it('is null where all is interpreted', async () => {
  const { summary, profile } = await run('wasm-interpreter');
  expect(summary.translation).toBeNull();
  expect(profile.host.translation).toBeNull();
});
