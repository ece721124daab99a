import { expect, it } from 'vitest';
import { PhaseClock } from './phase-clock.js';

it('gives each moment to one phase', () => {
  let now = 1000;
  const clock = new PhaseClock(() => now);
  const spend = (milliseconds: number) => {
    now += milliseconds;
  };
  spend(5000);
  clock.enter('core');
  spend(20);
  clock.enter('idle');
  spend(300);
  clock.enter('core');
  spend(10);
  clock.enter(undefined);
  spend(9000);
  clock.enter('devices');
  spend(1);
  clock.enter(undefined);
  const { core, idle, devices, ...others } = clock.seconds();
  expect([core, idle, devices]).toEqual([0.03, 0.3, 0.001]);
  expect(Object.values(others).every((seconds) => seconds === 0)).toBe(true);
});
