import type { RegionSource } from './region-source.js';
import { ARITHMETIC } from './regions/arithmetic.js';
import { CONTROL_FLOW } from './regions/control-flow.js';
import { FLOATING_POINT } from './regions/floating-point.js';
import { MEMORY } from './regions/memory.js';
import { PAGES } from './regions/pages.js';
import { SYSTEM } from './regions/system.js';

/** All regions that have golden files, by name. */
export const SOURCES: ReadonlyMap<string, RegionSource> = new Map(
  [ARITHMETIC, CONTROL_FLOW, MEMORY, PAGES, FLOATING_POINT, SYSTEM].flatMap((sources) =>
    Object.entries(sources).map(([name, source]) => [
      name,
      typeof source === 'string' ? { program: source } : source,
    ]),
  ),
);
