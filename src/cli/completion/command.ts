import { Argument, type Command } from 'commander';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { type CommandNode, commandTree } from './tree.js';
import { zshCompletion } from './zsh.js';

const SHELLS: Readonly<Record<string, (root: CommandNode) => string>> = {
  bash: bashCompletion,
  fish: fishCompletion,
  zsh: zshCompletion,
};

const EXAMPLES = `
Examples:
  eval "$(hartwood completion bash)"                in ~/.bashrc
  source <(hartwood completion zsh)                 in ~/.zshrc, behind compinit
  hartwood completion fish | source                 in ~/.config/fish/config.fish
`;

/** Adds `completion`, which prints what makes a shell complete all that the program has. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .summary("print what makes a shell complete Hartwood's commands")
    .description(
      'Prints a script for a shell that completes commands, options, their values, files and guests.',
    )
    .addArgument(new Argument('<shell>', 'whose script').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => {
      process.stdout.write(SHELLS[shell]?.(commandTree(program)) ?? '');
    });
}
