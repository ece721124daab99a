/** Fetches the oracle where the machine has none: `npx tsx test/oracle/fetch.ts`. */
import { qemu } from './qemu.js';

const { version } = await qemu();
console.log(`the oracle is QEMU ${version}`);
