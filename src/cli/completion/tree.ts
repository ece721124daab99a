import type { Argument, Command, Option } from 'commander';

/** What may stand at a place of the command line. */
export type Values =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  /** Files and folders of this machine. */
  | { readonly kind: 'files' }
  /** Names of built guests. */
  | { readonly kind: 'guests' }
  /** Names of snapshots. */
  | { readonly kind: 'snapshots' }
  /** Files, and names of guests with a colon behind. */
  | { readonly kind: 'places' }
  /** Something of the user's own. */
  | { readonly kind: 'anything' };

export interface OptionNode {
  readonly long: string;
  readonly short?: string;
  readonly description: string;
  /** Absent if it takes no value. */
  readonly values?: Values;
}

export interface CommandNode {
  /** All names from the program's on: 'hartwood guest list'. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
  /** Of each argument; the last one's hold for all that follow if `variadic`. */
  readonly arguments: readonly Values[];
  readonly variadic: boolean;
}

/** How a guest's names are asked for, by the shells. */
export const GUEST_NAMES = 'hartwood guest list --names 2>/dev/null';

/** And those of snapshots. */
export const SNAPSHOT_NAMES = 'hartwood snapshot list --names 2>/dev/null';

/** What can be completed, from commander's tree: the names of values say what they are. */
export function commandTree(command: Command, above?: CommandNode): CommandNode {
  const help = command.createHelp();
  const name = command.name();
  const path = above === undefined ? name : `${above.path} ${name}`;
  const inherited = above?.options.filter(({ long }) => long === '--no-color') ?? [];
  const node = {
    path,
    name,
    summary: command.summary() || command.description(),
    options: [...help.visibleOptions(command).map(optionNode), ...inherited],
    arguments: command.registeredArguments.map((argument) => argumentValues(argument, command)),
    variadic: command.registeredArguments.at(-1)?.variadic ?? false,
    commands: [],
  };
  return { ...node, commands: command.commands.map((each) => commandTree(each, node)) };
}

/** A command with all below it. */
export function allCommands(root: CommandNode): CommandNode[] {
  return [root, ...root.commands.flatMap(allCommands)];
}

function optionNode(option: Option): OptionNode {
  const { long, short, description } = option;
  const named = /[<[]([^>\]]*)/.exec(option.flags)?.[1];
  return {
    long: long ?? option.name(),
    description,
    ...(short === undefined ? {} : { short }),
    ...(named === undefined ? {} : { values: valuesOf(named, option.argChoices) }),
  };
}

function argumentValues(argument: Argument, command: Command): Values {
  const name = argument.name();
  if (name === 'command' && command.parent !== null) {
    return { kind: 'choices', choices: command.parent.commands.map((each) => each.name()) };
  }
  return valuesOf(name, argument.argChoices);
}

function valuesOf(name: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { kind: 'choices', choices };
  if (['file', 'folder', 'path', 'file:path'].includes(name)) return { kind: 'files' };
  if (name === 'snapshot') return { kind: 'snapshots' };
  if (name === 'guest') return { kind: 'guests' };
  if (name === 'place') return { kind: 'places' };
  return { kind: 'anything' };
}
