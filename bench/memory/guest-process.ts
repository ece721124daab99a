/**
 * A process of its own: makes the measurement that its first argument names, to the extent that its second tells, and prints the
 * samples as JSON of Samples.
 */
import { MEASUREMENTS } from './all.js';
import type { MemoryExtent } from './measurement.js';

const [name = '', extent = '{}'] = process.argv.slice(2);
const measure = MEASUREMENTS[name];
if (measure === undefined) throw new Error(`there is no measurement '${name}'`);
process.stdout.write(JSON.stringify(await measure(JSON.parse(extent) as MemoryExtent)));
