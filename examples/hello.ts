/**
 * Boots Debian, runs a command in it, switches it off.
 *
 *     npx tsx examples/hello.ts
 */
import { Host } from 'hartwood';

await using host = await Host.create({ memory: '1G' });
const vm = await host.create({ guest: 'debian', memory: '256M', cpus: 1 });

// The console shows the kernel's messages, and then a shell.
const screen = new WritableStream<Uint8Array>({
  write: (bytes) => {
    process.stdout.write(bytes);
  },
});
const shown = vm.console.output.pipeTo(screen);

await vm.start();
await vm.ready();
const { stdout, status } = await vm.exec('uname -a');
await vm.stop();
await shown;
console.log(`\nthe guest is ${stdout.trim()} (status ${status})`);
