import { describe, expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done } from '#/domain/outcome.js';
import type { PortalServices, SessionHooks, SessionResult } from '#/portal/services.js';
import { account, session } from '../fake-services.ts';
import { mount } from '../mount.ts';

const KEY = { type: 'ssh-ed25519', base64: 'AAAAC3NzaC1lZDI1NTE5AAAAIHx0' };
const OTHER = { type: 'ssh-ed25519', base64: 'AAAAC3NzaC1lZDI1NTE5AAAAIHx1' };
const QUESTION = {
  key: KEY,
  fingerprint: 'SHA256:Jq0XcV1Wm0vOaTgkFfW3nPz3b0T2J4uJt6Wd1yQm3nE',
  mayPin: true,
};
const EXITED: SessionResult = { kind: 'ended', ending: { kind: 'exited', status: 0, signal: null } };

/** Alice on web1, with whatever a session does. */
async function connecting(
  connect: (hooks: SessionHooks) => Promise<SessionResult>,
  size: { columns?: number; rows?: number } = {},
  services: Partial<PortalServices> = {},
) {
  const mounted = mount({
    ...size,
    services: { connect: (_account, _size, hooks) => connect(hooks), ...services },
  });
  await mounted.terminal.sees('web1');
  mounted.terminal.type('web1');
  await mounted.terminal.sees('1 of 6');
  mounted.terminal.press('enter');
  return mounted;
}

const forever = new Promise<never>(() => undefined);

describe('an account that asks for a reason', () => {
  const accounts = () =>
    Promise.resolve(done([account('a1', 'root', 'web1.example.com', { reasonRequired: true })]));
  async function asked(services: Partial<PortalServices> = {}) {
    const given: (string | undefined)[] = [];
    const mounted = mount({
      services: {
        accounts,
        connect(_account, _size, _hooks, reason) {
          given.push(reason);
          return forever;
        },
        ...services,
      },
    });
    await mounted.terminal.sees('web1');
    mounted.terminal.press('enter');
    return { ...mounted, given };
  }

  test('gets one, of bounded length, before anything is begun; an empty one is none', async () => {
    const { terminal, given } = await asked();
    expect(await terminal.screen('Reason')).toContain('Connecting to root@web1.example.com');
    terminal.press('enter');
    await terminal.sees('this account asks for one');
    terminal.type('   ').press('enter');
    expect(given).toEqual([]);
    terminal
      .press('ctrl-u')
      .type(`incident 42${'x'.repeat(300)}`)
      .press('enter');
    await terminal.sees('checking your access');
    expect(given).toEqual([`incident 42${'x'.repeat(189)}`]);
  });

  test('is not connected to when nobody gives one', async () => {
    const { terminal, given } = await asked();
    await terminal.sees('Reason');
    terminal.type('q').press('escape');
    await terminal.sees('type to find an account');
    expect(given).toEqual([]);
  });

  test('is asked about also when that became policy after the list was drawn', async () => {
    const given: (string | undefined)[] = [];
    const { terminal } = mount({
      services: {
        connect(_account, _size, _hooks, reason) {
          given.push(reason);
          const refused = { kind: 'failed', failure: failure('REASON_NEEDED') } as const;
          return reason === undefined ? Promise.resolve(refused) : forever;
        },
      },
    });
    await terminal.sees('web1');
    terminal.press('enter');
    await terminal.sees('Policy asks for a reason');
    terminal.type('late').press('enter');
    await terminal.sees('checking your access');
    expect(given).toEqual([undefined, 'late']);
  });

  test('does not ask again for what the client sent along', async () => {
    const { terminal, given } = await asked({ reason: 'ticket 7' });
    await terminal.sees('checking your access');
    expect(given).toEqual([undefined]);
  });
});

test.each([
  [80, 24],
  [60, 20],
])('the stages as they happen, at %ix%i', async (columns, rows) => {
  const { terminal } = await connecting(
    (hooks) => {
      hooks.onStage(0, 'done');
      hooks.onStage(1, 'done', 'session host 0');
      hooks.onStage(2, 'begun');
      return forever;
    },
    { columns, rows },
  );
  const text = await terminal.screen('▸ 2', 'Esc give up');
  expect(text).toContain('Connecting to root@web1.example.com');
  expect(text).toMatch(/✓ 0 {2}checking your access/);
  expect(text).toMatch(/✓ 1 .*session host 0/);
  expect(text).toMatch(/· 7 {2}authenticating to the target/);
  if (columns === 80)
    expect(text).toMatchInlineSnapshot(`
    " Postern    Accounts   Recordings   Live   Help                alice  19:40 UTC
     last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
    ────────────────────────────────────────────────────────────────────────────────



       ╭─ Connecting to root@web1.example.com ──────────────────────────────────╮
       │                                                                        │
       │ ✓ 0  checking your access                                              │
       │ ✓ 1  handing over to a session host  session host 0                    │
       │ ▸ 2  PVWAApp retrieves PSMServer from safe PSM                         │
       │ · 3  PSMConnect takes the session                                      │
       │ · 4  PSMGW retrieves the secret                                        │
       │ · 5  recorder, shadow identity, sandbox, target port                   │
       │ · 6  the recording notice                                              │
       │ · 7  authenticating to the target                                      │
       │ · 8  in session                                                        │
       │                                                                        │
       ╰────────────────────────────────────────────────────────────────────────╯




     Esc give up"
  `);
});

test('Esc gives up; the menu is where one was', async () => {
  const { terminal } = await connecting(
    (hooks) =>
      new Promise((resolve) =>
        hooks.signal.addEventListener('abort', () =>
          resolve({ kind: 'ended', ending: { kind: 'owner-ended' } }),
        ),
      ),
  );
  await terminal.sees('Connecting');
  terminal.press('escape');
  await terminal.sees('[Accounts]');
  await terminal.sees('> web1_');
});

describe('the session', () => {
  test('what it showed stays in the person’s own terminal, and his prompt comes below it', async () => {
    const { terminal, finished } = await connecting((hooks) =>
      hooks.takeTerminal(async ({ output }) => {
        output.write('Your session is being recorded.\r\n$ exit\r\nlogout\r\n');
        await Promise.resolve();
        return EXITED;
      }),
    );
    await terminal.screen('session ended, exit status 0', 'Enter connect');
    terminal.press('ctrl-q');
    await finished;
    await terminal.until(() => !terminal.alternate, 'be on the first screen again');
    expect(terminal.text().split('\n').slice(0, 3)).toEqual([
      'Your session is being recorded.',
      '$ exit',
      'logout',
    ]);
    expect(terminal.row).toBe(3);
  });

  test('has the terminal for itself, byte for byte both ways, and gives it back', async () => {
    const heard: Buffer[] = [];
    const all = Buffer.from(Array.from({ length: 224 }, (_, byte) => byte + 32));
    const { terminal } = await connecting((hooks) =>
      hooks.takeTerminal(async ({ input, output, size }) => {
        expect(size()).toEqual({ columns: 80, rows: 24 });
        output.write('Your session is being recorded.\r\n');
        output.write(all);
        output.write('\x1b[2J\x1b[H\x1b[?1049h\x1b[?1000hin vim \x1b[5;10r');
        const { promise, resolve } = Promise.withResolvers<void>();
        const take = (bytes: Buffer): void => {
          heard.push(bytes);
          if (Buffer.concat(heard).includes('exit')) resolve();
        };
        input.on('data', take).resume();
        await promise;
        input.off('data', take);
        return EXITED;
      }),
    );
    await terminal.sees('in vim');
    expect(terminal.bytes.includes(all)).toBe(true);
    const typed = Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0x1b, 0x5b, 0x41]), Buffer.from('é')]);
    terminal.input.write(typed);
    terminal.type('exit');
    const text = await terminal.screen(
      'root@web1.example.com: session ended, exit status 0',
      'Enter connect',
    );
    expect(Buffer.concat(heard)).toEqual(Buffer.concat([typed, Buffer.from('exit')]));
    // the very first row is there again, and the filter, and the keys work
    expect(text.split('\n')[0]).toContain('[Accounts]');
    expect(text).toMatchInlineSnapshot(`
      " Postern   [Accounts]  Recordings   Live   Help                alice  19:40 UTC
       last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
      ────────────────────────────────────────────────────────────────────────────────
      > web1_                                                                   1 of 6
          Account                                    Safe                   Last used
      >   root@web1.example.com                      Linux-Production       5 min ago















        port 22 · UnixSSH by password · host key SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLYI…
       ✓ root@web1.example.com: session ended, exit status 0
       Enter connect  Tab screens  ^Q quit  ^F favourite  ^Y reveal  ^O safes  ^A add"
    `);
    expect(terminal.bytes.toString('latin1')).toContain('\x1b[?1000l');
    terminal.press('ctrl-u').type('db1');
    await terminal.sees('> db1_');
  });

  test('hears of every resize', async () => {
    const sizes: string[] = [];
    const { terminal } = await connecting((hooks) =>
      hooks.takeTerminal(async ({ output, onResize }) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const stop = onResize(({ columns, rows }) => {
          sizes.push(`${columns}x${rows}`);
          if (columns === 100) resolve();
        });
        output.write('ready');
        await promise;
        stop();
        return EXITED;
      }),
    );
    await terminal.sees('ready');
    terminal.resize(70, 20).resize(0, 0).resize(100, 30);
    await terminal.sees('exit status 0');
    expect(sizes).toEqual(['70x20', '80x24', '100x30']);
    expect(terminal.text().split('\n')).toHaveLength(30);
    await terminal.sees('│');
  });

  test('gets no byte of ours while it has the terminal, whatever happens around it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { terminal, notify, tick } = await connecting((hooks) =>
      hooks.takeTerminal(async ({ output }) => {
        output.write('ready');
        await promise;
        return EXITED;
      }),
    );
    await terminal.sees('ready');
    const before = terminal.bytes.length;
    notify('something to say');
    tick();
    for (const [columns, rows] of [
      [40, 12],
      [20, 5],
      [200, 50],
      [79, 23],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      await new Promise(setImmediate);
    }
    tick();
    expect(terminal.bytes.subarray(before).toString()).toBe('');
    resolve();
    await terminal.sees('exit status 0');
  });

  test('that loses its terminal says that it runs on', async () => {
    const { terminal } = await connecting(() => Promise.resolve({ kind: 'detached' }));
    await terminal.sees('detached, the session runs on');
  });

  test('whose services break while it has the terminal still gives it back', async () => {
    const { terminal } = await connecting(async (hooks) => {
      await hooks.takeTerminal(() => Promise.reject(new Error('broken'))).catch(() => undefined);
      return { kind: 'failed', failure: failure('SESSION_HOST_DIED') };
    });
    await terminal.sees('The session host ended unexpectedly');
  });

  test('that breaks off in the middle of a line leaves the next screen whole, and the next line its own', async () => {
    const { terminal } = await connecting(async (hooks) => {
      await hooks.takeTerminal(({ output }) => new Promise((resolve) => output.write('target$ ', resolve)));
      return { kind: 'failed', failure: failure('SESSION_HOST_DIED') };
    });
    expect(await terminal.sees('The session host ended unexpectedly')).toMatch(/^ Postern /);
    terminal.press('enter');
    await terminal.sees('[Accounts]');
    const before = terminal.bytes.length;
    terminal.press('enter');
    await terminal.sees('The session host ended unexpectedly');
    // on the screen that sessions have
    const text = terminal.bytes.subarray(before).toString();
    expect(text.slice(text.indexOf('target$ '))).toMatch(/^target\$ .* {79}\r/s);
  });

  test('of one that waits is taken up again', async () => {
    const waiting = session('s9', { state: 'detached' });
    const { terminal } = mount({
      services: {
        sessions: () => Promise.resolve(done([waiting])),
        reattach: (id, _size, hooks) =>
          hooks.takeTerminal(
            ({ output }) => new Promise((resolve) => output.write(`again ${id}`, () => resolve(EXITED))),
          ),
      },
    });
    await terminal.sees('Welcome back');
    terminal.press('enter');
    await terminal.sees('root@web1.example.com: session ended');
    expect(terminal.bytes.includes('again s9')).toBe(true);
    await terminal.sees('[Live]');
  });

  test('is given up when the person goes away', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { terminal, close } = await connecting((hooks) => {
      hooks.signal.addEventListener('abort', () => resolve());
      return forever;
    });
    await terminal.sees('Connecting');
    close();
    await promise;
  });
});

describe('an unknown host key', () => {
  const asking =
    (decided: string[]) =>
    async (hooks: SessionHooks): Promise<SessionResult> => {
      decided.push(await hooks.askHostKey(QUESTION));
      return EXITED;
    };

  test('is shown with its fingerprint', async () => {
    const { terminal } = await connecting(asking([]));
    expect(await terminal.screen('Unknown host key', 'Enter choose')).toMatchInlineSnapshot(`
      " Postern    Accounts   Recordings   Live   Help                alice  19:40 UTC
       last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
      ────────────────────────────────────────────────────────────────────────────────



           ╭─ Unknown host key ─────────────────────────────────────────────────╮
           │ root@web1.example.com shows a host key that is not known here yet. │
           │ Compare its fingerprint with what the administrator of the target  │
           │ says.                                                              │
           │                                                                    │
           │ Type  ssh-ed25519                                                  │
           │ Key   SHA256:Jq0XcV1Wm0vOaTgkFfW3nPz3b0T2J4uJt6Wd1yQm3nE           │
           │                                                                    │
           │   Accept it for this session only           (o)                    │
           │   Accept it and pin it for everybody        (p)                    │
           │ > Refuse: no session                        (r)                    │
           ╰────────────────────────────────────────────────────────────────────╯





       Enter choose  o once  p pin  r refuse"
    `);
  });

  test.each([
    ['o', 'once'],
    ['p', 'pin'],
    ['r', 'refuse'],
    ['\r', 'refuse'],
    ['\x1b', 'refuse'],
    ['\x1b[A\r', 'pin'],
    ['\x1b[B\r', 'once'],
  ])('%j decides %s', async (keys, decision) => {
    const decided: string[] = [];
    const { terminal } = await connecting(asking(decided));
    await terminal.sees('Unknown host key');
    terminal.type(keys);
    await terminal.sees('session ended');
    expect(decided).toEqual([decision]);
  });

  test('cannot be pinned by who may not', async () => {
    const decided: string[] = [];
    const { terminal } = await connecting(async (hooks) => {
      decided.push(await hooks.askHostKey({ ...QUESTION, mayPin: false }));
      return EXITED;
    });
    expect(await terminal.sees('Unknown host key')).not.toContain('pin');
    terminal.type('p').press('up', 'enter');
    await terminal.sees('session ended');
    expect(decided).toEqual(['once']);
  });
});

describe('a refusal', () => {
  test.each([
    ['TARGET_REFUSED', "the target's side", '5, recorder'],
    ['RECORDER_UNAVAILABLE', 'our side', '5, recorder'],
    ['TARGET_AUTHENTICATION', "the target's side", '7, authenticating'],
    ['SESSION_HOST_UNAVAILABLE', 'our side', '1, handing over'],
  ] as const)('%s names its side, stage, code and next step', async (code, side, stage) => {
    const { terminal } = await connecting(() =>
      Promise.resolve({ kind: 'failed', failure: failure(code, 'why') }),
    );
    const text = await terminal.screen('Not connected to root@web1.example.com', 'r try again');
    for (const word of [code, side, stage, 'Next']) expect(text).toContain(word);
    if (code === 'TARGET_REFUSED')
      expect(text).toMatchInlineSnapshot(`
        " Postern    Accounts   Recordings   Live   Help                alice  19:40 UTC
         last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
        ────────────────────────────────────────────────────────────────────────────────





                 ╭─ Not connected to root@web1.example.com ──────────────────╮
                 │ The target refuses the connection (why).                  │
                 │                                                           │
                 │ Side   the target's side                                  │
                 │ Stage  5, recorder, shadow identity, sandbox, target port │
                 │ Code   TARGET_REFUSED                                     │
                 │ Next   Is its SSH server running, on this port?           │
                 ╰───────────────────────────────────────────────────────────╯







         Enter back to the menu  r try again"
      `);
  });

  test.each([
    ['SESSION_HOST_DIED', 8, 'root@web1.example.com: session ended'],
    ['SESSION_HOST_DIED', 5, 'Not connected to root@web1.example.com'],
    ['RECORDER_FAILED', 8, 'root@web1.example.com: session ended'],
    ['SESSION_TAKEN_OVER', 8, 'root@web1.example.com: taken up elsewhere'],
    ['SESSION_GONE', 8, 'Not connected to root@web1.example.com'],
  ] as const)('%s in stage %i is headed by what became of the session', async (code, stage, heading) => {
    const { terminal } = await connecting(() =>
      Promise.resolve({ kind: 'failed', failure: failure(code, 'why', { stage }) }),
    );
    await terminal.screen(`─ ${heading} ─`, code);
  });

  test('can be tried again, or left for the menu', async () => {
    let tries = 0;
    const { terminal } = await connecting(() =>
      Promise.resolve({ kind: 'failed', failure: failure('TARGET_UNREACHABLE', `try ${(tries += 1)}`) }),
    );
    await terminal.sees('try 1');
    terminal.type('r');
    await terminal.sees('try 2');
    terminal.type('a').press('enter');
    await terminal.sees('> web1_');
  });

  test('because the login is over leads to the login', async () => {
    const { terminal } = await connecting(() =>
      Promise.resolve({ kind: 'failed', failure: failure('NOT_LOGGED_IN') }),
    );
    await terminal.sees('> Password');
  });
});

describe('a changed host key', () => {
  const changed: SessionResult = {
    kind: 'failed',
    failure: failure('HOST_KEY_CHANGED'),
    offered: KEY,
    pinned: OTHER,
  };

  test('shows both fingerprints, and no way past for who may not', async () => {
    const { terminal } = await connecting(() => Promise.resolve(changed));
    const text = await terminal.sees('HOST_KEY_CHANGED');
    expect(text.match(/SHA256:[\w+/]{43}/g)).toHaveLength(2);
    expect(text).not.toContain('press a');
  });

  test('is approved by who may, after the address was typed', async () => {
    const approved: unknown[] = [];
    const { terminal } = mount({
      services: {
        connect: () => Promise.resolve(changed),
        approveHostKey: (id, seen) => {
          approved.push(id, seen);
          return Promise.resolve(done(null));
        },
      },
    });
    await terminal.sees('web1');
    terminal.type('admin60\r');
    await terminal.sees('press a');
    terminal.type('a');
    expect(await terminal.screen('Approve a changed host key', 'Enter confirm')).toMatchInlineSnapshot(`
      " Postern    Accounts   Recordings   Live   Help                alice  19:40 UTC
       last login 22 Nov 23:40 from 10.0.0.5 · last failure 21 Nov 17:40 from 10.0.0.9
      ────────────────────────────────────────────────────────────────────────────────



        ╭─ Approve a changed host key ─────────────────────────────────────────────╮
        │ The target shows another key than the one pinned. After a reinstallation │
        │ that is right; it is also what an attack looks like. Approve it only     │
        │ when the administrator of the target confirms the new fingerprint.       │
        │                                                                          │
        │ Pinned  SHA256:jQqpmBJn607Rs9aaVjR5sLatJ6bKvZQeSQGbpQ7CJmA ssh-ed25519   │
        │ Shown   SHA256:wulgQKxfbaVZRSc73fdIjfviT4xUVU1MOVxY2Lcpzho ssh-ed25519   │
        │                                                                          │
        │ To pin the new key for everybody, type the address of the account:       │
        │ secappslearning.com                                                      │
        │ Address  _                                                               │
        ╰──────────────────────────────────────────────────────────────────────────╯





       Enter confirm  Esc back"
    `);
    terminal.type('yes\r');
    await terminal.sees('That is not the address of the account.');
    expect(approved).toEqual([]);
    terminal.press('ctrl-u').type('secappslearning.com\r');
    await terminal.sees('the new host key is pinned');
    expect(approved).toEqual(['a3', KEY]);
  });
});
