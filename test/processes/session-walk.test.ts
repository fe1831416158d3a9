import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { socketPath } from '#/contract/sockets.js';
import { failure } from '#/domain/failure.js';
import { requests, type TerminalRequest } from '#/door/late-requests.js';
import type { ServedPerson } from '#/processes/portal/services.js';
import { until } from '../door/rig.js';
import { account, type Guest, type House, openHouse } from './house.js';
import { openPerson, type Stage, size, stage } from './person.js';

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

describe('connecting', () => {
  test('walks the stages, proves that a portal sends the session, and hands the terminal over', async () => {
    const guests: Guest[] = [];
    await house.host(0, (guest) => {
      guests.push(guest);
      guest.say({ type: 'stage', stage: 3, state: 'begun' });
      guest.say({ type: 'live' });
      guest.data(Buffer.from('Your session is being recorded.\r\n'));
      guest.onData = () => guest.say({ type: 'ended', ending: { kind: 'exited', status: 3, signal: null } });
    });
    const one = stage();
    const running = person.services.connect(account, size, one.hooks);
    const [notice] = (await once(one.output, 'data')) as [Buffer];
    expect(notice.toString()).toBe('Your session is being recorded.\r\n');
    one.input.write('exit\r');
    expect(await running).toEqual({ kind: 'ended', ending: { kind: 'exited', status: 3, signal: null } });
    expect(one.stages).toEqual(['0 begun', '0 done', '1 begun', '1 done', '2 begun', '2 done', '3 begun']);
    expect(guests[0]?.proven).toBe(true);
    expect(guests[0]?.opening).toMatchObject({
      type: 'open',
      sessionId: 'n0000000000000000000n',
      permit: 'permit-1',
      ...size,
      term: 'xterm-kitty',
      lang: 'C.UTF-8',
    });
    expect(asked('person.connect')).toEqual([
      { ticket: 'ticket-1', accountId: account.id, ...size, term: 'xterm-kitty' },
    ]);
    expect(marks).toEqual(['identified', 'live', 'menu']);
  });

  test('hands on what the client asks of the session, and refuses it when there is none', async () => {
    const asks = requests<TerminalRequest>();
    const served = openPerson(house, marks, asks);
    const heard: string[] = [];
    await house.host(0, (guest) => {
      guest.say({ type: 'live' });
      guest.onMessage = ({ type }) => {
        heard.push(type);
        if (type === 'end') guest.say({ type: 'ended', ending: { kind: 'owner-ended' } });
      };
    });
    expect(asks.ask('break')).toBe(false);
    const running = served.services.connect(account, size, stage().hooks);
    await until(() => marks.includes('live'));
    expect(asks.ask('break')).toBe(true);
    expect(asks.ask('end')).toBe(true);
    expect(await running).toEqual({ kind: 'ended', ending: { kind: 'owner-ended' } });
    expect(heard).toEqual(['break', 'end']);
    expect(asks.ask('end')).toBe(false);
  });

  test('asks the next session host when the first takes nobody', async () => {
    await house.listen(socketPath(house.run, 'session', 0), (socket) => socket.destroy());
    await house.host(1, (guest) => guest.say({ type: 'ended', ending: { kind: 'owner-ended' } }));
    expect(await person.services.connect(account, size, stage().hooks)).toMatchObject({ kind: 'ended' });
  });

  test('says so when there is no session host', async () => {
    const one = stage();
    expect(await person.services.connect(account, size, one.hooks)).toMatchObject({
      kind: 'failed',
      failure: { code: 'SESSION_HOST_UNAVAILABLE', stage: 1, side: 'ours' },
    });
    expect(one.stages).toEqual(['0 begun', '0 done', '1 begun']);
    expect(asked('portal.psmServer')).toEqual([]);
  });

  test("stops at the vault's no", async () => {
    house.answers['person.connect'] = () => 'ACCESS_DENIED';
    const one = stage();
    expect(await person.services.connect(account, size, one.hooks)).toMatchObject({
      kind: 'failed',
      failure: { code: 'ACCESS_DENIED' },
    });
    expect(one.stages).toEqual(['0 begun']);
  });

  test('fails at stage 2 when PSMServer does not sign', async () => {
    house.answers['portal.psmServer'] = () => 'DENIED';
    await house.host(0, () => undefined);
    expect(await person.services.connect(account, size, stage().hooks)).toMatchObject({
      kind: 'failed',
      failure: { code: 'PSM_SERVER_LOGON', stage: 2 },
    });
  });

  test('passes a failure of the host on, with both keys', async () => {
    const offered = { type: 'ssh-ed25519', base64: 'b2ZmZXJlZA==' };
    const pinned = { type: 'ssh-ed25519', base64: 'cGlubmVk' };
    await house.host(0, (guest) =>
      guest.say({ type: 'failed', failure: failure('HOST_KEY_CHANGED'), offered, pinned }),
    );
    expect(await person.services.connect(account, size, stage().hooks)).toEqual({
      kind: 'failed',
      failure: failure('HOST_KEY_CHANGED'),
      offered,
      pinned,
    });
  });

  test.each(['once', 'pin', 'refuse'] as const)(
    'host key: "%s" goes to the vault first, then to the host',
    async (decision) => {
      const order: string[] = [];
      house.answers['person.decideHostKey'] = (args) => {
        order.push(`vault ${String(args['decision'])}`);
        return { value: null };
      };
      await house.host(0, (guest) => {
        guest.say({
          type: 'host-key',
          key: { type: 'ssh-ed25519', base64: 'AAAA' },
          fingerprint: 'SHA256:x',
          mayPin: true,
        });
        guest.onMessage = (message) => {
          order.push(message.type);
          guest.say({ type: 'ended', ending: { kind: 'owner-ended' } });
        };
      });
      const one = stage(decision);
      await person.services.connect(account, size, one.hooks);
      expect(one.stages).toContain('asked SHA256:x');
      expect(order).toEqual([`vault ${decision}`, 'host-key-decided']);
    },
  );

  test('host key: a decision that the vault refuses ends it', async () => {
    house.answers['person.decideHostKey'] = () => 'DENIED';
    await house.host(0, (guest) =>
      guest.say({
        type: 'host-key',
        key: { type: 'ssh-ed25519', base64: 'AAAA' },
        fingerprint: 'SHA256:x',
        mayPin: false,
      }),
    );
    expect(await person.services.connect(account, size, stage('pin').hooks)).toMatchObject({
      kind: 'failed',
      failure: { code: 'DENIED' },
    });
  });

  test('giving up before it is live ends the session', async () => {
    const guests: Guest[] = [];
    await house.host(0, (guest) => guests.push(guest));
    const one = stage();
    const running = person.services.connect(account, size, one.hooks);
    await until(() => guests.length === 1);
    one.abort.abort();
    expect(await running).toEqual({ kind: 'ended', ending: { kind: 'owner-ended' } });
    await until(() => guests[0]?.messages.length === 1);
    expect(guests[0]?.messages).toEqual([{ type: 'end' }]);
  });
});

describe('a live session', () => {
  async function live(one: Stage): Promise<{ readonly guest: Guest; readonly running: Promise<unknown> }> {
    const guests: Guest[] = [];
    await house.host(0, (guest) => {
      guests.push(guest);
      guest.say({ type: 'live' });
    });
    const running = person.services.connect(account, size, one.hooks);
    await until(() => marks.includes('live'));
    const guest = guests[0];
    if (guest === undefined) throw new Error('nobody came');
    return { guest, running };
  }

  test('carries any bytes both ways', async () => {
    const one = stage();
    const { guest, running } = await live(one);
    const outward = randomBytes(2_000_000);
    const inward = randomBytes(1_000_000);
    const shown: Buffer[] = [];
    const typed: Buffer[] = [];
    one.output.on('data', (bytes: Buffer) => shown.push(bytes));
    guest.onData = (bytes) => void typed.push(bytes);
    for (let at = 0; at < outward.length; at += 54_321) guest.data(outward.subarray(at, at + 54_321));
    for (let at = 0; at < inward.length; at += 12_345) one.input.write(inward.subarray(at, at + 12_345));
    await until(
      () => Buffer.concat(shown).length === outward.length && Buffer.concat(typed).length === inward.length,
    );
    expect(Buffer.concat(shown).equals(outward)).toBe(true);
    expect(Buffer.concat(typed).equals(inward)).toBe(true);
    guest.say({ type: 'ended', ending: { kind: 'owner-ended' } });
    await running;
  });

  test('is as slow as the person reads: nothing piles up in the portal', async () => {
    const one = stage();
    const { guest, running } = await live(one);
    let sent = 0;
    let room = true;
    guest.socket.on('drain', () => {
      room = true;
    });
    while (sent < 64 * 1024 * 1024) {
      if (!room) {
        const before = sent;
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (!room && before === sent) break;
      }
      room = guest.data(Buffer.alloc(32 * 1024));
      sent += 32 * 1024;
    }
    expect(sent).toBeLessThan(4 * 1024 * 1024);
    let read = 0;
    one.output.on('data', (bytes: Buffer) => {
      read += bytes.length;
    });
    await until(() => read === sent);
    guest.say({ type: 'ended', ending: { kind: 'owner-ended' } });
    await running;
  });

  test('and what the person types waits for a slow session', async () => {
    const one = stage();
    const { guest, running } = await live(one);
    guest.socket.pause();
    let typed = 0;
    while (one.input.write(Buffer.alloc(16 * 1024)) || !one.input.isPaused()) {
      typed += 16 * 1024;
      await new Promise(setImmediate);
      if (typed > 32 * 1024 * 1024) break;
    }
    expect(typed).toBeLessThan(4 * 1024 * 1024);
    let heard = 0;
    guest.onData = (bytes) => {
      heard += bytes.length;
    };
    guest.socket.resume();
    await until(() => heard >= typed);
    guest.say({ type: 'ended', ending: { kind: 'owner-ended' } });
    await running;
  });

  test('hears each new size, and the one that changed while it was opened', async () => {
    const one = stage();
    one.resize({ columns: 90, rows: 30 });
    const { guest, running } = await live(one);
    one.resize({ columns: 100, rows: 40 });
    await until(() => guest.messages.length === 2);
    expect(guest.messages).toEqual([
      { type: 'resize', columns: 90, rows: 30 },
      { type: 'resize', columns: 100, rows: 40 },
    ]);
    guest.say({ type: 'ended', ending: { kind: 'owner-ended' } });
    await running;
    one.resize({ columns: 1, rows: 1 });
    expect(one.input.listenerCount('data')).toBe(0);
    expect(one.output.listenerCount('drain')).toBe(0);
  });

  test('that ends leaves nothing of what was typed ahead to the menu', async () => {
    const one = stage();
    const { guest, running } = await live(one);
    guest.socket.pause();
    while (!one.input.isPaused() || one.input.readableLength === 0) {
      one.input.write(Buffer.alloc(16 * 1024, '\r'));
      await new Promise(setImmediate);
    }
    guest.say({ type: 'ended', ending: { kind: 'owner-ended' } });
    await running;
    expect(one.input.readableLength).toBe(0);
    one.input.write('for the menu');
    expect(String(one.input.read())).toBe('for the menu');
  });

  test('lives on when the person is gone', async () => {
    const one = stage();
    const { guest, running } = await live(one);
    const closed = once(guest.socket, 'close');
    one.abort.abort();
    expect(await running).toEqual({ kind: 'detached' });
    await closed;
    expect(guest.messages).toEqual([]);
  });

  test('that loses its host is said to have died, after its last bytes', async () => {
    const one = stage();
    const { guest, running } = await live(one);
    guest.say({ type: 'stage', stage: 8, state: 'done' });
    guest.data(Buffer.from('last words'));
    guest.socket.end();
    expect(await running).toMatchObject({
      kind: 'failed',
      failure: { code: 'SESSION_HOST_DIED', stage: 8 },
    });
    expect(String(one.output.read())).toBe('last words');
  });

  test('that is lost while it is opened failed in the stage that it was in', async () => {
    await house.host(0, (guest) => {
      guest.say({ type: 'stage', stage: 5, state: 'begun' });
      guest.socket.end();
    });
    expect(await person.services.connect(account, size, stage().hooks)).toMatchObject({
      kind: 'failed',
      failure: { code: 'SESSION_HOST_DIED', stage: 5 },
    });
  });

  test('is taken up again on the host it lives in, with the same proof', async () => {
    const guests: Guest[] = [];
    await house.host(1, (guest) => {
      guests.push(guest);
      guest.say({ type: 'live' });
      guest.data(Buffer.from('the exact screen'));
      guest.say({ type: 'ended', ending: { kind: 'owner-ended' } });
    });
    const one = stage();
    expect(await person.services.reattach('n0000000000000000000n', size, one.hooks)).toMatchObject({
      kind: 'ended',
    });
    expect(String(one.output.read())).toBe('the exact screen');
    expect(guests[0]).toMatchObject({
      proven: true,
      opening: { type: 'attach', permit: 'permit-2', ...size },
    });
  });
});
