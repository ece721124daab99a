/**
 * The guest agent: runs commands that the host sends over a serial line, several at once.
 *
 * Protocol, version 1. Lines end in LF. The agent greets with `HARTWOOD-AGENT 1`; a further greeting
 * says that it was started anew and that commands not yet answered are lost.
 *
 *     host:  <id> <command in base64>
 *     guest: <id> <status> <stdout bytes> <stderr bytes>, then so many raw bytes of each
 *     guest: <id or ?> error <message>
 *
 * An id is up to 64 letters, digits, `-` and `_`; it is free again once answered. Status is that of
 * `sh -c`: 128+n after signal n. Standard input is empty. A reply comes when the shell has ended, even
 * if a process that it left behind still holds its output.
 *
 * Debian's static busybox has no `flock`. The lock is a pipe holding one byte: taking the byte takes
 * the lock, and the shell does both with built-ins.
 */
export const AGENT_SCRIPT = `#!/bin/sh
line=$1
spool=/run/hartwood
# Linux takes an argument of 128 KiB at most.
longest=131000

exec 3<> "$line" || exit 1
stty raw -echo 115200 <&3 || exit 1
rm -rf "$spool"
mkdir -p "$spool" || exit 1
mkfifo "$spool/lock" || exit 1
exec 4<> "$spool/lock"

lock() {
  read -r _ <&4
}

unlock() {
  echo >&4
}

fail() {
  lock
  echo "$1 error $2" >&3
  unlock
}

answer() {
  lock
  set -- "$1" "$2" $(stat -c %s "$spool/$1.out" "$spool/$1.err")
  echo "$*" >&3
  # By size: a process left behind may still be writing.
  [ "$3" = 0 ] || head -c "$3" "$spool/$1.out" >&3
  [ "$4" = 0 ] || head -c "$4" "$spool/$1.err" >&3
  rm -f "$spool/$1.out" "$spool/$1.err"
  unlock
}

run() {
  command=$(echo "$2" | base64 -d)
  if [ "\${#command}" -gt "$longest" ]; then
    rm -f "$spool/$1.out"
    fail "$1" "the command is longer than $longest bytes"
  else
    # In the background, since a shell reports how its foreground child was killed; but there it would
    # ignore these signals.
    {
      trap - INT QUIT
      exec sh -c "$command" 3>&- 4>&-
    } < /dev/null > "$spool/$1.out" 2> "$spool/$1.err" &
    wait "$!"
    answer "$1" "$?"
  fi
}

echo 'HARTWOOD-AGENT 1' >&3
unlock
while read -r id command extra <&3; do
  case $id in
    '' | *[!0-9A-Za-z_-]*)
      fail '?' 'expected <id> <base64>'
      continue
      ;;
  esac
  case $command in
    '' | *[!0-9A-Za-z+/=]*)
      fail "$id" 'expected <id> <base64>'
      continue
      ;;
  esac
  if [ -n "$extra" ]; then
    fail "$id" 'expected <id> <base64>'
  elif [ "\${#id}" -gt 64 ]; then
    fail '?' 'an id has 64 characters at most'
  elif ! (set -C && : > "$spool/$id.out") 2> /dev/null; then
    fail "$id" 'a command of this id is running'
  else
    run "$id" "$command" &
  fi
done
`;
