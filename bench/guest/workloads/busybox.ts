import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { WrongResultError } from '../../errors.js';
import type { BenchMachine } from '../../machines/machine.js';
import { sampleText, TEXT_SIZE } from './text.js';
import { FOLDER, type Workload } from './workload.js';

const TEXT = 't';
const TEXT_MB = TEXT_SIZE / 1e6;
/** Passes of the loop of awk in a piece. */
const PASSES = 1000;

async function writeText({ agent }: BenchMachine): Promise<void> {
  await agent.files.write(`${FOLDER}/${TEXT}`, sampleText());
}

/** The text's name as often as it is to be read. */
const texts = (pieces: number) => `${TEXT} `.repeat(pieces).trim();

/** Megabytes (10^6 bytes) a second through SHA-256. */
export const sha256sum: Workload = {
  name: 'sha256sum',
  unit: 'MB/s',
  piece: TEXT_MB,
  async prepare(machine) {
    await writeText(machine);
    const digest = createHash('sha256').update(sampleText()).digest('hex');
    return {
      command: (pieces) => `cd ${FOLDER} && exec sha256sum ${texts(pieces)}`,
      expected: (pieces) => `${digest}  ${TEXT}\n`.repeat(pieces),
    };
  },
};

/** Megabytes of text a second that `gzip` compresses. */
export const gzip: Workload = {
  name: 'gzip',
  unit: 'MB/s',
  piece: TEXT_MB,
  async prepare(machine) {
    await writeText(machine);
    const packed = `${FOLDER}/t.gz`;
    return {
      command: (pieces) => `cd ${FOLDER} && exec gzip -c ${texts(pieces)} > ${packed}`,
      expected: () => '',
      async check(pieces) {
        const content = gunzipSync(await machine.agent.files.read(packed));
        const right = Buffer.from(sampleText());
        const repeated = Buffer.alloc(pieces * TEXT_SIZE, right);
        if (content.equals(repeated)) return;
        throw new WrongResultError(`what gzip compressed on ${machine.engine} is not its input`);
      },
    };
  },
};

/** Thousands of passes of a loop in awk a second. */
export const awk: Workload = {
  name: 'awk',
  unit: 'k/s',
  piece: PASSES / 1000,
  prepare: async () => ({
    command: (pieces) =>
      `exec awk 'BEGIN { for (i = 0; i < ${pieces * PASSES}; i++) s = (s * 31 + i) % 65521; print s }'`,
    expected(pieces) {
      let sum = 0;
      for (let i = 0; i < pieces * PASSES; i++) sum = (sum * 31 + i) % 65521;
      return `${sum}\n`;
    },
  }),
};
