import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { FromMonitor } from '#/contract/replay-link.js';
import { socketPath } from '#/contract/sockets.js';
import type { ServedPerson } from '#/processes/portal/services.js';
import { until } from '../door/rig.js';
import { type House, openHouse } from './house.js';
import { openPerson, size } from './person.js';

let house: House;
let person: ServedPerson;
let marks: string[];

beforeEach(async () => {
  house = await openHouse();
  marks = [];
  person = openPerson(house, marks);
});
afterEach(() => house.close());

const asked = (call: string) => house.asked.filter((one) => one.call === call).map(({ args }) => args);

describe('the login', () => {
  test('counts refusals, and nothing else, against the connection', async () => {
    const password = () => Buffer.from('wrong');
    expect((await person.services.login('alice', password())).ok).toBe(false);
    house.answers['person.login'] = () => 'LOGIN_THROTTLED';
    await person.services.login('alice', password());
    house.answers['person.login'] = () => 'VAULT_SEALED';
    await person.services.login('alice', password());
    expect(marks).toEqual(['identified', 'refused', 'refused']);
  });

  test('that is over is forgotten, once, and asked no more', async () => {
    house.answers['person.accounts'] = () => 'NOT_LOGGED_IN';
    await Promise.all([person.services.accounts(), person.services.accounts()]);
    expect(marks).toEqual(['identified', 'forgotten']);
    const before = house.asked.length;
    expect(await person.services.sessions()).toMatchObject({ ok: false, failure: { code: 'NOT_LOGGED_IN' } });
    expect(house.asked.length).toBe(before);
  });

  test('ends with the terminal', async () => {
    await person.services.accounts();
    person.close();
    person.close();
    await until(() => asked('person.logout').length > 0);
    expect(asked('person.logout')).toEqual([{ ticket: 'ticket-1' }]);
  });

  test('sends both passwords as bytes, never as text', async () => {
    house.answers['person.changePassword'] = () => ({ value: null });
    await person.services.changePassword(Buffer.from('old-canary'), Buffer.from('new-canary'));
    const call = house.asked.find((one) => one.call === 'person.changePassword');
    expect(JSON.stringify(call?.args)).not.toContain('canary');
    expect(call?.blob?.toString('latin1')).toMatch(/new-canary.*old-canary/s);
  });
});

describe('a replay', () => {
  test('goes to the monitor with its permit; commands that came early follow it', async () => {
    const heard: unknown[] = [];
    await house.listen(socketPath(house.run, 'monitor'), (socket) => {
      const decoder = new FrameDecoder();
      socket.on('data', (bytes: Buffer) => {
        for (const frame of decoder.push(bytes))
          if (frame.kind === FRAME.json) heard.push(JSON.parse(frame.payload.toString()));
        if (heard.length === 2)
          socket.write(
            Buffer.concat([
              encodeJson({ type: 'opened', durationMs: 5 }),
              encodeFrame(FRAME.data, Buffer.from('x')),
            ]),
          );
      });
    });
    const got: FromMonitor[] = [];
    const handle = person.services.replay('n0000000000000000000n', size, (message) => got.push(message));
    handle.send({ type: 'pause' });
    await until(() => got.length === 1);
    expect(heard).toEqual([{ type: 'replay', permit: 'permit-3', ...size }, { type: 'pause' }]);
    handle.close();
    handle.send({ type: 'play' });
    await new Promise(setImmediate);
    expect(got).toHaveLength(1);
  });

  test.each([
    ['the vault says no', () => 'DENIED' as const, 'DENIED'],
    ['there is no monitor', () => ({ value: { permit: 'p' } }), 'MONITOR_UNAVAILABLE'],
  ])('fails once when %s', async (_what, answer, code) => {
    house.answers['person.replay'] = answer;
    const got: FromMonitor[] = [];
    person.services.replay('n0000000000000000000n', size, (message) => got.push(message));
    await until(() => got.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(got).toMatchObject([{ type: 'failed', failure: { code } }]);
  });
});
