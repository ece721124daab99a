import { type FunctionShare, MODES, type Profile, type TlbUse } from '../profile/profile.js';
import type { RunPhase } from '../vm/run-observer.js';
import { integer, percent, seconds, spaced } from './report-figures.js';
import { translationLines } from './translation-report.js';

/** Rows of a table before the rest is summed up. */
const FUNCTION_ROWS = 25;
const PROCESS_ROWS = 12;
/** Names of C++ and Rust can fill a screen. */
const LONGEST_NAME = 80;

/** As the run loop's phases are called in a report. */
const PHASES: Readonly<Record<RunPhase, string>> = {
  core: 'in the core',
  observer: 'taking samples',
  exits: 'serving exits, run loop',
  devices: 'in back ends',
  answers: 'waiting for back ends',
  readers: 'waiting for readers of consoles',
  events: 'event loop, and what goes on there',
  idle: 'guest idle',
  debugger: 'standing for a debugger',
};

/** Device types (VIRTIO 1.2 §5). */
const DEVICES: Readonly<Record<number, string>> = {
  1: 'network',
  2: 'disk',
  3: 'console',
  4: 'entropy',
};

const SOURCES: Readonly<Record<Exclude<Profile['symbols'], null>, string>> = {
  file: 'by --symbols',
  kallsyms: 'as the kernel in RAM names them',
  program: 'as the ELF file names them',
};

/** A profile as text, to be read by people. */
export function profileReport(profile: Profile): string {
  const parts = [
    heading(profile),
    functionTable(profile),
    processTable(profile),
    modeTable(profile),
    mixTable(profile),
    tlbTable(profile),
    regimeTable(profile),
    exitTable(profile),
    translationLines(profile.host.translation),
    hostTable(profile),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const left = (text: string, width: number) => text.padEnd(width);
const right = (text: string, width: number) => text.padStart(width);
/** Names come out of the guest: nothing of them may drive a terminal. */
const plain = (name: string) => name.replace(/[^ -~]/g, '?').slice(0, LONGEST_NAME);

function heading({ samples, steps, interval, engine, error }: Profile): string[] {
  const lines = [
    `Profile: ${integer(samples)} samples of ${integer(steps)} steps, ` +
      `one in ${integer(interval)}; engine '${engine}'`,
  ];
  if (samples === 0) return lines;
  // Of a share p the error is that of one half, times 2√(p(1 − p)).
  const around = (share: number) =>
    `${percent(share).replace('.00', '')} ± ${(200 * error * Math.sqrt(share * (1 - share))).toFixed(2)}`;
  lines.push(`Shares are estimates: ${[0.5, 0.1, 0.01].map(around).join(', ')} (19 times in 20).`);
  return lines;
}

function functionTable({ functions, symbols }: Profile): string[] {
  if (functions.length === 0) return [];
  const source = symbols === null ? 'no symbols are known: by page' : SOURCES[symbols];
  const shown = functions.slice(0, FUNCTION_ROWS);
  const rest = functions.slice(FUNCTION_ROWS);
  const row = (share: number, samples: number, mode: string, name: string) =>
    `${right(percent(share), 9)} ${right(integer(samples), 10)}  ${left(mode, 2)} ${name}`;
  return [
    `Functions (${source})`,
    ...shown.map(({ share, samples, mode, name }) => row(share, samples, mode, plain(name))),
    ...(rest.length === 0
      ? []
      : [row(sum(rest, 'share'), sum(rest, 'samples'), '', `${rest.length} others`)]),
  ];
}

const sum = (rows: readonly FunctionShare[], key: 'share' | 'samples') =>
  rows.reduce((total, row) => total + row[key], 0);

function processTable({ processes }: Profile): string[] {
  if (processes.length === 0) return [];
  const shown = processes.slice(0, PROCESS_ROWS);
  const rest = processes.slice(PROCESS_ROWS).reduce((total, { share }) => total + share, 0);
  const row = (share: number, name: string) => `${right(percent(share), 9)}  ${name}`;
  return [
    'Processes (kernel and user space)',
    ...shown.map(({ name, share }) => row(share, name === null ? '(not known yet)' : plain(name))),
    ...(rest === 0 ? [] : [row(rest, `${processes.length - PROCESS_ROWS} others`)]),
  ];
}

function modeTable({ modes, harts }: Profile): string[] {
  // Guests of the guest have columns where they ran.
  const names = MODES.filter((mode) => mode.length === 1 || modes[mode] > 0);
  const row = (name: string, share: number, of: typeof modes) =>
    `  ${left(name, 10)}${right(percent(share), 10)}${names.map((mode) => right(percent(of[mode]), 10)).join('')}`;
  return [
    `  ${left('Harts', 10)}${right('share', 10)}${names.map((mode) => right(`${mode}-mode`, 10)).join('')}`,
    ...harts.map((hart, index) => row(`hart ${index}`, hart.share, hart.modes)),
    ...(harts.length > 1 ? [row('all', 1, modes)] : []),
  ];
}

function mixTable({ mix, branchesTaken }: Profile): string[] {
  const rows = Object.entries(mix)
    .filter(([, share]) => share > 0)
    .sort(([, a], [, b]) => b - a);
  const taken =
    branchesTaken === null ? '' : `, ${(100 * branchesTaken).toFixed(1)} % of them taken`;
  return rows.length === 0
    ? []
    : [
        'Instructions',
        ...rows.map(
          ([name, share]) =>
            `${right(percent(share), 9)}  ${name}${name === 'branch' ? taken : ''}`,
        ),
      ];
}

/** Counted, of the modes that the guest was in. */
function regimeTable({ regimes }: Profile): string[] {
  const row = (name: string, cells: readonly string[]) =>
    `  ${left(name, 10)}${cells.map((cell) => right(cell, 14)).join('')}`;
  const shown = MODES.filter((mode) => regimes[mode].steps > 0);
  if (shown.length === 0) return [];
  return [
    row('Modes', ['steps', 'TLB misses', 'traps', 'exits']),
    ...shown.map((mode) => {
      const { steps, tlbMisses, traps, exits } = regimes[mode];
      const misses = tlbMisses.read + tlbMisses.write + tlbMisses.fetch;
      return row(`${mode}-mode`, [steps, misses, traps, exits].map(integer));
    }),
  ];
}

function tlbTable({ tlb, tableReads }: Profile): string[] {
  const row = (name: string, { accesses, misses, hitRate }: TlbUse) =>
    `  ${left(name, 16)}${right(integer(accesses), 16)}${right(integer(misses), 14)}${right(hitRate === null ? '-' : `${(100 * hitRate).toFixed(3)} %`, 12)}`;
  const guestStage =
    tableReads.guestStage === 0 ? '' : `, of the G-stage ${integer(tableReads.guestStage)}`;
  const detours = Object.entries(tlb.detours).map(([name, count]) => `${name} ${integer(count)}`);
  return [
    `  ${left('TLB', 16)}${right('accesses, about', 16)}${right('misses', 14)}${right('hits', 12)}`,
    row('reads', tlb.reads),
    row('writes', tlb.writes),
    row('entries to pages', tlb.fetches),
    `  hits off the fast path: ${detours.join(', ')}`,
    `  page-table entries read: ${integer(tableReads.firstStage)}${guestStage}`,
  ];
}

function exitTable({ exits, exceptions, interrupts, guestExits }: Profile): string[] {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${spaced(name)} ${integer(count)}`)
      .join(', ');
  const guests = list({ ...guestExits });
  return [
    `Exits: ${list(exits) || 'none'}`,
    ...(guests === '' ? [] : [`Exits of guests: ${guests}`]),
    `Traps: exceptions ${integer(exceptions)}, interrupts ${integer(interrupts)}`,
  ];
}

function hostTable({ host }: Profile): string[] {
  const total = host.seconds || 1;
  const phases = Object.entries(host.phases).filter(([, spent]) => spent > 0);
  return [
    `Host: ${seconds(host.seconds)}`,
    ...phases.map(
      ([phase, spent]) =>
        `${right(percent(spent / total), 9)} ${right(seconds(spent), 12)}  ${PHASES[phase as RunPhase]}`,
    ),
    ...host.devices.map(
      ({ slot, type, calls, seconds: spent, secondsToAnswer }) =>
        `  slot ${slot}, ${DEVICES[type] ?? `device ${type}`}: ${integer(calls)} calls, ` +
        `${seconds(spent)} in them, ${seconds(secondsToAnswer)} to their answers`,
    ),
  ];
}
