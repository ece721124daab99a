import { expect, it } from 'vitest';
import { ALL_EXTENSIONS } from '../../isa/extensions.js';
import { isHot } from '../../isa/ops.js';
import { findRow, ROWS } from '../../isa/table.js';
import { program } from './warm-up.js';

it('executes every row of the inner loop before the first guest', () => {
  const met = new Set([...program(ALL_EXTENSIONS)].map((word) => findRow(word)?.op));
  const hot = ROWS.filter(({ tier, op }) => tier === 'hot' && isHot(op)).map(({ op }) => op);
  expect(hot.length).toBeGreaterThan(80);
  expect(hot.filter((op) => !met.has(op))).toEqual([]);
});
