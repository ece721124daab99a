import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  hartwood cp page.html web:/var/www/html           a file, into a folder that is there
  hartwood cp site web:/srv                         a folder, as /srv/site; as /srv if that is not there
  hartwood cp site/. web:/srv                       what is in the folder
  hartwood cp web:/etc/nginx web:/var/log .         out of the guest
  hartwood cp web:/srv - | tar -t                   a tar stream out of it
  tar -c site | hartwood cp - web:/srv              a tar stream into it

NAME:PATH is a path in a guest; one here that has a colon is written ./a:b. The guest is booted for the
copy and switched off after it, so it must not be running. Symbolic links are copied as links. What is
copied belongs to root there, and to you here.
`;

/** Adds `cp`; `action` gets the places behind it, the target last. */
export function addCpCommand(
  program: Command,
  action: (places: readonly string[]) => Promise<void>,
): void {
  program
    .command('cp')
    .summary('copy files into a built guest or out of it')
    .description('Copies files and folders into a built guest, or out of it.')
    .usage('[options] <source>... <target>')
    .argument('<place...>', 'files, folders, NAME:PATH, or - for a tar stream; the target last')
    .addHelpText('after', EXAMPLES)
    .action(action);
}
