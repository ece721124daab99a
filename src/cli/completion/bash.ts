import { allCommands, type CommandNode, GUEST_NAMES, SNAPSHOT_NAMES, type Values } from './tree.js';

/** Completion for bash 4 and newer, without the package bash-completion. */
export function bashCompletion(root: CommandNode): string {
  const commands = allCommands(root);
  const each = (line: (command: CommandNode) => string[]) => commands.flatMap(line).join('\n');
  return `# Completion of '${root.name}' for bash: eval "$(${root.name} completion bash)"

# The commands below a command.
_hartwood_commands() {
  case $1 in
${each(({ path, commands: below }) => (below.length === 0 ? [] : [`    '${path}') echo '${below.map(({ name }) => name).join(' ')}' ;;`]))}
  esac
}

# The options of a command.
_hartwood_options() {
  case $1 in
${each(({ path, options }) => [`    '${path}') echo '${options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)).join(' ')}' ;;`])}
  esac
}

# What an option's value may be; fails for an option without one.
_hartwood_value() {
  case "$1 $2" in
${each(({ path, options }) => options.flatMap(({ long, values }) => (values === undefined ? [] : [`    '${path} ${long}') echo '${words(values)}' ;;`])))}
    *) return 1 ;;
  esac
}

# What a command's argument may be, counted from 0.
_hartwood_argument() {
  case "$1 $2" in
${each(({ path, arguments: list, variadic }) => list.map((values, index) => `    '${path} '${variadic && index === list.length - 1 ? '*' : index}) echo '${words(values)}' ;;`))}
    *) echo anything ;;
  esac
}

_hartwood_guests() {
  ${GUEST_NAMES}
}

_hartwood_snapshots() {
  ${SNAPSHOT_NAMES}
}

# Fills COMPREPLY with what may continue $1, of the kind $2, with its choices behind it.
_hartwood_fill() {
  local current=$1 kind=$2 line
  shift 2
  case $kind in
    choices) COMPREPLY=($(compgen -W "$*" -- "$current")) ;;
    guests) COMPREPLY=($(compgen -W "$(_hartwood_guests)" -- "$current")) ;;
    snapshots) COMPREPLY=($(compgen -W "$(_hartwood_snapshots)" -- "$current")) ;;
    places) COMPREPLY=($(compgen -S : -W "$(_hartwood_guests)" -- "$current")) ;;
  esac
  [[ $kind == places && \${#COMPREPLY[@]} -gt 0 ]] && compopt -o nospace 2>/dev/null
  [[ $kind == files || $kind == places ]] || return
  compopt -o filenames 2>/dev/null
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
}

_hartwood() {
  local command='${root.name}' option= index=0 current=\${COMP_WORDS[COMP_CWORD]} word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # Readline takes '--clock=real' for three words.
    if [[ $word == = ]]; then
      continue
    elif [[ -n $option ]]; then
      option=
    elif [[ $word == -?* ]]; then
      _hartwood_value "$command" "$word" >/dev/null && option=$word
    elif [[ " $(_hartwood_commands "$command") " == *" $word "* ]]; then
      command+=" $word"
    else
      index=$((index + 1))
    fi
  done
  [[ $current == = ]] && current=
  if [[ -n $option ]]; then
    _hartwood_fill "$current" $(_hartwood_value "$command" "$option")
  elif [[ $current == -* ]]; then
    _hartwood_fill "$current" choices $(_hartwood_options "$command")
  elif [[ -n $(_hartwood_commands "$command") ]]; then
    _hartwood_fill "$current" choices $(_hartwood_commands "$command")
  else
    _hartwood_fill "$current" $(_hartwood_argument "$command" "$index")
  fi
}

complete -F _hartwood ${root.name}
`;
}

/** A kind, with its choices behind it. */
function words(values: Values): string {
  return values.kind === 'choices' ? ['choices', ...values.choices].join(' ') : values.kind;
}
