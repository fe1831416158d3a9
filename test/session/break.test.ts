/** BREAK to a target that can tell, behind the real client in its box. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseHostKey } from '#/domain/host-key.js';
import { type ConsoleTarget, startConsoleTarget } from '../helpers/console-target.ts';
import { hasBox, type Rig, startRig, until } from './rig.js';

describe.runIf(hasBox)('BREAK', () => {
  let rig: Rig;
  let target: ConsoleTarget;
  beforeAll(async () => {
    rig = await startRig();
    target = await startConsoleTarget();
    rig.grant = {
      ...rig.grant,
      target: { user: 'x', address: '127.0.0.1', port: target.port },
      hostKey: parseHostKey(target.hostKey),
    };
  }, 60_000);
  afterAll(async () => {
    target.stop();
    await rig[Symbol.asyncDispose]();
  });

  test('reaches the target at the beginning of a line; elsewhere the person is told', async () => {
    const alice = await rig.open();
    const { heard } = target;
    await alice.sees('console> ');
    alice.say({ type: 'break' });
    await until(() => heard.includes('break'));
    alice.type('show\r');
    await alice.sees('show\r');
    alice.say({ type: 'break' });
    alice.say({ type: 'break' });
    await until(() => heard.filter((one) => one === 'break').length === 3);
    alice.type('rel\x1eB');
    await alice.sees('rel\x1eB');
    alice.say({ type: 'break' });
    // laid over the screen, for a moment: it is not in the stream
    await alice.sees('BREAK is sent at the');
    alice.type('\r\x1e.');
    await until(() => heard.join('').endsWith('\r\x1e.'));
    alice.type('q');
    expect((await alice.hears('ended')).ending).toEqual({ kind: 'exited', status: 0, signal: null });
    expect(heard.filter((one) => one !== 'break').join('')).toBe('show\rrel\x1eB\r\x1e.q');
    // nor is the client's own word on it on the screen
    expect(alice.text()).toContain('console> show\rrel\x1eB');
    expect(alice.text()).not.toContain('~B');
    await until(() => rig.boxes().length === 0);
  });
});
