/** A host's own needs beside its guest's RAM, in bytes: control blocks, with room. */
export const OVERHEAD = 16 * 2 ** 20;

/**
 * Words of the kernel's command line for a guest that is booted for commands: no shell, and a panic, at
 * which Linux stops by default, ends the machine and with it the wait.
 */
export const EXEC_WORDS = 'hartwood.console=off panic=-1';

/** RAM with `--nested` if none is asked for: for the machine, QEMU in it, and a machine of 256M inside. */
export const NESTED_MEMORY = '1G';
