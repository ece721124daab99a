import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildWriter, killWriters } from './campaign.js';

let folder = '';
let program = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-snapshots-'));
  program = join(folder, 'writer.mjs');
  await buildWriter(program);
});
afterAll(() => rm(folder, { recursive: true }));

it.each(['folder', 'file'] as const)('a killed process loses no snapshot of a %s', async (kind) => {
  const path = join(folder, kind);
  const result = await killWriters(kind, { program, path, kills: 10, seed: 7 });
  expect(result.kills).toBeGreaterThanOrEqual(10);
  expect(result.saved).toBeGreaterThan(5);
  expect(result.within).toBeGreaterThan(0);
});
