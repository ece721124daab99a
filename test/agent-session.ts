import { GuestCommands } from '../src/vm/agent/commands.js';
import { realClock } from '../src/vm/clock.js';
import { Waits } from '../src/vm/waits.js';
import { FakeAgent } from './fake-agent.js';

/** Commands over an agent that plays by the rules, and has greeted. */
export function session() {
  const fake = new FakeAgent();
  const waits = new Waits(
    realClock(),
    () => 0n,
    () => {},
  );
  const guest = new GuestCommands(fake.agent, waits);
  fake.greet();
  return { fake, waits, guest };
}
