// Reads what Vitest reports as JSON: `results.mjs count REPORT...` prints the numbers of tests passed and failed,
// `results.mjs failures REPORT...` those that failed by file and name. Plain JavaScript: it also runs where nothing
// could be installed.
import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

const REASON_LINES = 6;
const LINE_LENGTH = 300;

const [task, ...paths] = process.argv.slice(2);

/** @returns files of a report */
function filesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).testResults;
}

/** A file that could not be loaded, or whose preparation failed, is a failure without a failed test. */
function isBroken({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some(isFailed);
}

function isFailed({ status }) {
  return status === 'failed';
}

function count() {
  let passed = 0;
  let failed = 0;
  for (const file of paths.flatMap(filesOf)) {
    passed += file.assertionResults.filter(({ status }) => status === 'passed').length;
    failed += file.assertionResults.filter(isFailed).length + (isBroken(file) ? 1 : 0);
  }
  console.log(passed, failed);
}

function failures() {
  for (const path of paths) {
    for (const file of filesOf(path)) {
      const place = `${basename(path, '.json')}: ${relative(process.cwd(), file.name)}`;
      if (isBroken(file)) tell(`${place}: could not be prepared`, file.message);
      for (const test of file.assertionResults.filter(isFailed)) {
        tell(`${place}: ${test.fullName}`, test.failureMessages.join('\n'));
      }
    }
  }
}

function tell(what, why) {
  console.log(`FAILED ${what}`);
  const lines = why.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines.slice(0, REASON_LINES)) console.log(`    ${line.slice(0, LINE_LENGTH)}`);
}

const tasks = { count, failures };
if (tasks[task] === undefined) throw new Error(`results.mjs has count and failures, not '${task}'`);
tasks[task]();
