/**
 * Builds what is out of date: the tables made from isa/, the core, the compiled host layer. A second
 * run finds everything fresh and starts no compiler.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

interface Step {
  readonly name: string;
  /** Files and folders that the result depends on. */
  readonly sources: readonly string[];
  /** Files that must exist for the step to count as done. */
  readonly results: readonly string[];
  readonly commands: readonly (readonly string[])[];
}

const bin = (path: string) => join(ROOT, 'node_modules', path);

const STEPS: readonly Step[] = [
  {
    name: 'core',
    sources: ['isa', 'assembly', 'asconfig.json', 'package-lock.json'],
    results: ['build/core.wasm'],
    commands: [
      [bin('tsx/dist/cli.mjs'), 'isa/generate.ts'],
      [bin('assemblyscript/bin/asc.js'), '--config', 'asconfig.json', '--target', 'release'],
    ],
  },
  {
    name: 'host layer',
    sources: ['isa', 'src', 'bench/baseline', 'scripts', 'tsconfig.base.json', 'package-lock.json'],
    results: [
      'dist/bundle/main.js',
      'dist/bundle/door.js',
      'dist/bundle/baseline.js',
      'dist/src/browser/door.js',
    ],
    commands: [
      [
        bin('typescript/bin/tsc'),
        '-b',
        'isa',
        'src',
        'src/node',
        'src/browser',
        'src/cli',
        'bench/baseline',
      ],
      [bin('tsx/dist/cli.mjs'), 'scripts/bundle.ts'],
    ],
  },
];

const STAMPS = join(ROOT, 'build/stamps.json');
/** Made by the build itself. */
const GENERATED = new Set(['assembly/generated']);

function* files(path: string): Generator<string> {
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = `${path}/${entry.name}`;
    if (GENERATED.has(inner) || entry.name.endsWith('.test.ts')) continue;
    if (entry.isDirectory()) yield* files(inner);
    else yield inner;
  }
}

function fingerprint(step: Step): string {
  const hash = createHash('sha256').update(process.version.split('.')[0] ?? '');
  for (const source of step.sources) {
    for (const file of /\.\w+$/.test(source) ? [source] : files(source)) {
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(ROOT, file)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

function readStamps(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(STAMPS, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

const stamps = readStamps();
for (const step of STEPS) {
  const mark = fingerprint(step);
  const made = step.results.every((file) => existsSync(join(ROOT, file)));
  if (made && stamps[step.name] === mark) continue;
  process.stderr.write(`building the ${step.name}\n`);
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  for (const [file = '', ...args] of step.commands) {
    const { status } = spawnSync(process.execPath, [file, ...args], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(status ?? 1);
  }
  stamps[step.name] = mark;
  writeFileSync(STAMPS, `${JSON.stringify(stamps, undefined, 2)}\n`);
}
