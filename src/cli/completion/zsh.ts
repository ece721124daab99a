import {
  allCommands,
  type CommandNode,
  GUEST_NAMES,
  type OptionNode,
  SNAPSHOT_NAMES,
  type Values,
} from './tree.js';

/** Completion for zsh: a function for each command, in the manner of its `_arguments`. */
export function zshCompletion(root: CommandNode): string {
  return `#compdef ${root.name}
# Completion of '${root.name}' for zsh: source <(${root.name} completion zsh)

_hartwood_guests() {
  local -a names
  names=(\${(f)"$(${GUEST_NAMES})"})
  compadd "$@" -a names
}

_hartwood_snapshots() {
  local -a names
  names=(\${(f)"$(${SNAPSHOT_NAMES})"})
  compadd "$@" -a names
}

_hartwood_places() {
  _hartwood_guests -S :
  _files
}

${allCommands(root).map(functionOf).join('\n')}
if [[ $funcstack[1] == _hartwood ]]; then
  _hartwood "$@"
else
  compdef _hartwood ${root.name}
fi
`;
}

function functionOf(command: CommandNode): string {
  const specs = command.options.flatMap(optionSpecs);
  if (command.commands.length === 0) {
    const last = command.arguments.length - 1;
    const positions = command.arguments.map((values, index) =>
      quoted(
        `${command.variadic && index === last ? '*' : index + 1}:${command.name}:${action(values)}`,
      ),
    );
    return `${nameOf(command)}() {
  _arguments ${[...specs, ...positions].join(' \\\n    ')}
}
`;
  }
  const below = command.commands
    .map(({ name, summary }) => quoted(`${name}:${summary}`))
    .join('\n    ');
  const cases = command.commands.map((each) => `    ${each.name}) ${nameOf(each)} ;;`);
  return `${nameOf(command)}() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(
    ${below}
  )
  _arguments -C ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  if [[ $state == command ]]; then
    _describe command commands
    return
  fi
  case $line[1] in
${cases.join('\n')}
  esac
}
`;
}

function nameOf({ path }: CommandNode): string {
  return `_${path.replaceAll(' ', '_')}`;
}

function optionSpecs({ short, long, description, values }: OptionNode): string[] {
  const text = `[${description.replaceAll(/[[\]\\]/g, (letter) => `\\${letter}`)}]`;
  const value = values === undefined ? '' : `:value:${action(values)}`;
  const assigned = values === undefined ? '' : '=';
  const flags = short === undefined ? [long] : [short, long];
  return flags.map((flag) =>
    quoted(`*${flag}${flag.startsWith('--') ? assigned : ''}${text}${value}`),
  );
}

function action(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `(${values.choices.join(' ')})`;
    case 'files':
      return '_files';
    case 'guests':
      return '_hartwood_guests';
    case 'snapshots':
      return '_hartwood_snapshots';
    case 'places':
      return '_hartwood_places';
    case 'anything':
      return ' ';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
