import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  hartwood cp page.html web:/var/www/html           a file, into a folder that is there
  hartwood cp site web:/srv                         a folder, as /srv/site; or as /srv if that is not there
  hartwood cp site/. web:/srv                       what is in the folder
  hartwood cp web:/etc/nginx web:/var/log .         out of the guest
  hartwood cp web:/srv - | tar -t                   a tar stream out of it, or into it: cp - web:/srv

NAME:PATH is a guest's path; a path here that has a colon is written ./a:b. The guest is booted for the copy
and switched off after it, so it must not be running. Symbolic links are copied as links; what is copied
belongs to root there, and to you here.
`;

/** Adds `cp`; `action` gets the words behind it and gives nothing back until all is copied. */
export function addCpCommand(
  program: Command,
  action: (sources: readonly string[], target: string) => Promise<void>,
): void {
  program
    .command('cp')
    .summary('copy files into a built guest or out of it')
    .description('Copies files and folders into a built guest, or out of it.')
    .argument('<source...>', 'files, folders, NAME:PATH, or - for a tar stream')
    .argument('[target]', 'where to: NAME:PATH, a path here, or - for a tar stream')
    .addHelpText('after', EXAMPLES)
    .action(action);
}
