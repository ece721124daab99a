import type { Command } from 'commander';
import { VARIABLES } from './environment.js';
import { STATUS_MEANINGS } from './exit-status.js';

/** What the command says when it is called with nothing. */
export const SHORT_HELP = `Usage: hartwood [options] <command>

  hartwood run                        boot Debian and connect its shell; Ctrl-A X leaves
  hartwood run --exec 'uname -a'      boot it, run a command, leave with its status
  hartwood guest build web --include nginx-light
                                      make a guest of your own: hartwood run web
  hartwood snapshot create tools      keep a machine: hartwood run --from tools
  hartwood help                       all commands
  hartwood help run                   all that a command can do
`;

/** Texts that `hartwood help` has besides those of commands. */
const TOPICS: Readonly<Record<string, () => string>> = {
  environment: () =>
    `Environment variables; an option that is written beats its variable:\n\n${VARIABLES.map(
      ({ name, meaning, otherwise }) =>
        `  ${name}\n      ${meaning}\n      without it: ${otherwise}\n`,
    ).join('')}`,
  'exit-statuses': () =>
    `Exit statuses; docs/exit-statuses.md says more:\n\n${STATUS_MEANINGS.map(
      ([status, meaning]) => `  ${status.padEnd(8)}  ${meaning}\n`,
    ).join('')}`,
};

/** The end of the whole help. */
export const TOPICS_HELP = `
'hartwood help COMMAND' explains a command; so does 'hartwood help environment' the variables that it
reads, and 'hartwood help exit-statuses' what it ends with.
`;

/** Adds `help`: of the program, of a command, of a command's command, of a topic. */
export function addHelpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .summary('explain a command')
    .description(
      `Explains a command, or one of: ${Object.keys(TOPICS).join(', ')}. Without a name, lists all commands.`,
    )
    .argument('[command...]', 'its name, as in: run')
    .action(async (names: readonly string[]) => {
      const topic = names.length === 1 ? TOPICS[names[0] ?? ''] : undefined;
      if (topic !== undefined) process.stdout.write(topic());
      else await explain(program, names);
    });
}

/** Prints a command's help, or fails as the command line itself does where it has no such command. */
async function explain(program: Command, names: readonly string[]): Promise<void> {
  let command = program;
  for (const name of names) {
    const found = command.commands.find((each) => each.name() === name);
    if (found === undefined) {
      await command.parseAsync([name], { from: 'user' });
      return;
    }
    command = found;
  }
  command.outputHelp();
}
