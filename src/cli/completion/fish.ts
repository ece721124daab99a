import {
  allCommands,
  type CommandNode,
  GUEST_NAMES,
  type OptionNode,
  SNAPSHOT_NAMES,
  type Values,
} from './tree.js';

/** Completion for fish: a line for each option, command and argument. */
export function fishCompletion(root: CommandNode): string {
  const commands = allCommands(root);
  const valued = commands.flatMap(({ options }) =>
    options.filter(({ values }) => values !== undefined).map(({ long }) => long),
  );
  return `# Completion of '${root.name}' for fish: ${root.name} completion fish | source

# Whether the command line, without options, has come to this command.
function __hartwood_at
    set -l path ${root.name}
    set -l value no
    for word in (commandline -opc)[2..-1]
        if test $value = yes
            set value no
        else if string match -q -- '-*' $word
            contains -- $word ${[...new Set(valued)].join(' ')}; and set value yes
        else if contains -- "$path $word" ${commands.map(({ path }) => quoted(path)).join(' ')}
            set path "$path $word"
        end
    end
    test "$path" = "$argv"
end

function __hartwood_guests
    type -q ${root.name}; and ${GUEST_NAMES}
end

function __hartwood_snapshots
    type -q ${root.name}; and ${SNAPSHOT_NAMES}
end

complete -c ${root.name} -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf(command: CommandNode): string[] {
  const at = `complete -c hartwood -n ${quoted(`__hartwood_at ${command.path}`)}`;
  // One argument's kind for all of them: fish does not count.
  const kinds = new Map(command.arguments.map((values) => [values.kind, values]));
  return [
    ...command.options.map((option) => `${at} ${optionWords(option)}`),
    ...command.commands.map(({ name, summary }) => `${at} -a ${name} -d ${quoted(summary)}`),
    ...[...kinds.values()]
      .filter(({ kind }) => kind !== 'anything')
      .map((values) => `${at} ${valueWords(values)}`),
  ];
}

function optionWords({ short, long, description, values }: OptionNode): string {
  const flags = short === undefined ? '' : `-s ${short.slice(1)} `;
  const value = values === undefined ? '' : ` -r ${valueWords(values)}`;
  return `${flags}-l ${long.slice(2)} -d ${quoted(description)}${value}`;
}

function valueWords(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `-f -a ${quoted(values.choices.join(' '))}`;
    case 'files':
      return '-F';
    case 'guests':
      return "-f -a '(__hartwood_guests)'";
    case 'snapshots':
      return "-f -a '(__hartwood_snapshots)'";
    case 'places':
      return "-F -a '(__hartwood_guests):'";
    case 'anything':
      return '-f';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (letter) => `\\${letter}`)}'`;
}
