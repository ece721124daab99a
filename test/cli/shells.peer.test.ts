/** Completion in zsh and fish, which a bare machine lacks. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hartwood } from './hartwood.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-shells-'));
  for (const shell of ['zsh', 'fish']) {
    await writeFile(join(folder, shell), (await hartwood(['completion', shell])).stdout);
  }
  await writeFile(join(folder, 'Image-1'), '');
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ['hartwood comp', ['completion']],
  ['hartwood run --clock ', ['real', 'virtual']],
  ['hartwood run --memory 1G --gdb', ['--gdb', '--gdb-wait']],
  ['hartwood run --kernel Im', ['Image-1']],
  ['hartwood completion ', ['bash', 'fish', 'zsh']],
  ['hartwood help ver', ['version']],
])('fish completes "%s"', (line, wanted) => {
  const args = ['--no-config', '-c', 'source fish; complete -C $argv[1]', line];
  const text = execFileSync('fish', args, { cwd: folder, encoding: 'utf8' });
  const words = text.split('\n').map((each) => each.split('\t')[0]);
  expect(words.filter((word) => word !== '')).toEqual(wanted);
});

/** Types a line and Tab in a zsh of its own, and has it say what the line became. */
const TYPE = `
zmodload zsh/zpty
zpty shell zsh -f -i
show() { zle -I; print -r -- "BECAME<$BUFFER>" }
zpty -w shell 'autoload -U compinit; compinit -D -u; source ./zsh; '"$(functions show)"'; zle -N show; bindkey "^X" show; print LOADED"DONE"'
zpty -r shell seen '*LOADEDDONE*'
zpty -w -n shell "$1"$'\\t\\030'
zpty -r shell seen '*BECAME<*>*'
print -r -- "$seen"
zpty -d shell
`;

it.each([
  ['hartwood comp', 'hartwood completion '],
  ['hartwood run --clock v', 'hartwood run --clock virtual '],
  ['hartwood run --memory 1G --clo', 'hartwood run --memory 1G --clock='],
  ['hartwood run --kernel Im', 'hartwood run --kernel Image-1 '],
  ['hartwood completion z', 'hartwood completion zsh '],
])('zsh completes "%s"', (line, wanted) => {
  const text = execFileSync('zsh', ['-f', '-c', TYPE, 'zsh', line], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
  });
  // Zsh marks what it would take away again.
  expect(/BECAME<(.*)>/.exec(stripVTControlCharacters(text))?.[1]).toBe(wanted);
});
