/** User names with a target in them: authentication in the protocol, with the real ssh client. */
import { spawnSync } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LoggedIn } from '#/contract/calls.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import type { DoorQuestions } from '#/door/ssh-authentication.js';
import {
  inPty,
  openRig,
  type Person,
  type Rig,
  type RigOptions,
  scratch,
  somebody,
  ssh,
  sshOptions,
  until,
} from './rig.ts';

const files = scratch();
let rig: Rig;
afterEach(async () => {
  await rig.close();
});

interface Vault extends Partial<DoorQuestions> {
  readonly asked: string[];
}

/** A vault that knows alice, with the password "right" and, where wanted, the code 123456. */
function vault(secondFactor: LoggedIn['secondFactor'] = 'done', more: Partial<LoggedIn> = {}): Vault {
  const asked: string[] = [];
  const alice = (readings: readonly string[]): LoggedIn => ({
    ...somebody,
    secondFactor,
    reading: readings.indexOf('alice'),
    ...more,
  });
  return {
    asked,
    keyKnown: async () => true,
    loginByKey: async ({ readings }) => alice(readings),
    async logIn({ user, readings }, password, from) {
      asked.push(`${user} [${readings.join(' ')}] ${password.toString()} ${from}`);
      return password.toString() === 'right' ? done(alice(readings)) : failed(failure('LOGIN_REFUSED'));
    },
    async verifyCode(ticket, code) {
      asked.push(`${ticket} ${code.toString()}`);
      return code.toString() === '123456' ? done(null) : failed(failure('CODE_REFUSED'));
    },
  };
}

async function door(options: RigOptions): Promise<DirectVisit[]> {
  const visits: DirectVisit[] = [];
  rig = await openRig({
    serveDirect: async (visit) => {
      visits.push(visit);
      visit.output.write('out\n');
      visit.errors.write('err\n');
      visit.exit(7);
    },
    ...options,
  });
  return visits;
}

const passwords = ['-o', 'PubkeyAuthentication=no'];

async function type(person: Person, prompt: string | RegExp, text: string): Promise<void> {
  await person.sees(prompt);
  person.pty.write(`${text}\r`);
}

describe('with the password', () => {
  test('a terminal has the login and knows where it leads', async () => {
    const questions = vault();
    await door({ questions });
    const person = ssh(rig, ['-tt', ...passwords], 'alice@root@web1#2222');
    await type(person, 'Password: ', 'right');
    await person.sees('hello');
    expect(questions.asked).toEqual([
      'alice@root@web1#2222 [alice@root@web1#2222 alice@root alice] right 127.0.0.1',
    ]);
    expect(rig.terminals[0]).toMatchObject({
      login: { ticket: somebody.ticket },
      direct: { target: { kind: 'account', user: 'root', domain: null, address: 'web1', port: 2222 } },
    });
    person.pty.write('q');
    expect(await person.exit).toBe(0);
    await until(() => rig.abandoned.length === 1);
  });

  test('a terminal ends with the status that it is given', async () => {
    await door({ questions: vault(), serve: async () => 42 });
    const person = ssh(rig, ['-tt', ...passwords], 'alice%root%web1');
    await type(person, 'Password: ', 'right');
    expect(await person.exit).toBe(42);
  });

  test('wrong ones are asked for again, with nothing but that they failed, and count', async () => {
    const questions = vault();
    await door({ questions });
    const person = ssh(
      rig,
      ['-tt', '-o', 'LogLevel=INFO', '-o', 'NumberOfPasswordPrompts=9', ...passwords],
      'alice@root@web1',
    );
    for (let tries = 1; tries <= 6; tries += 1)
      await type(person, new RegExp(`(?:Password: [^]*){${tries}}`), 'wrong');
    expect(await person.exit).toBe(255);
    expect(questions.asked).toHaveLength(6);
    expect(person.screen().match(/Login failed\./g)).toHaveLength(5);
    expect(person.screen()).not.toMatch(/no such|web1 (does|is)|unknown/i);
    expect(rig.terminals).toEqual([]);
  });

  test('a code follows where one is due, and is asked for alone after a wrong one', async () => {
    const questions = vault('code');
    await door({ questions });
    const person = ssh(rig, ['-tt', ...passwords], 'alice@root@web1');
    await type(person, 'Password: ', 'right');
    await type(person, 'Code of your authenticator: ', '000000');
    await type(person, /authenticator: [^]*authenticator: /, '123456');
    await person.sees('hello');
    expect(person.screen().match(/Password/g)).toHaveLength(1);
    expect(rig.terminals[0]?.login).toMatchObject({ secondFactor: 'done' });
  });

  test('a reason follows where the account asks for one; it goes with every channel', async () => {
    const needed: string[] = [];
    const visits = await door({
      questions: {
        ...vault('code'),
        async reasonNeeded(ticket, target) {
          needed.push(`${ticket} ${JSON.stringify(target)}`);
          return true;
        },
      },
    });
    const person = ssh(rig, ['-T', ...passwords], 'alice@root@web1');
    await type(person, 'Password: ', 'right');
    await type(person, 'Code of your authenticator: ', '123456');
    await type(person, 'Reason for connecting: ', '  incident\t42 ');
    await person.exit;
    expect(visits[0]?.reason).toBe('incident·42');
    expect(needed).toEqual([
      `${somebody.ticket} {"kind":"account","user":"root","domain":null,"address":"web1","port":null}`,
    ]);
  });

  test('who is asked for a reason and leaves is logged out', async () => {
    await door({ questions: { ...vault(), reasonNeeded: async () => true } });
    const person = ssh(rig, ['-tt', ...passwords], 'alice@root@web1');
    await type(person, 'Password: ', 'right');
    await person.sees('Reason for connecting: ');
    // not SIGHUP: a signal between ssh's prompt and its read() leaves it waiting (readpassphrase)
    person.pty.kill('SIGKILL');
    await until(() => rig.abandoned.length === 1);
    expect(rig.terminals).toEqual([]);
  });

  test('who must enrol or choose a password gets a terminal for it, and is a stranger until then', async () => {
    await door({ questions: vault('enrol') });
    const person = ssh(rig, ['-tt', ...passwords], 'alice@root@web1');
    await type(person, 'Password: ', 'right');
    await person.sees('hello');
    expect(rig.terminals[0]?.login).toMatchObject({ secondFactor: 'enrol' });
  });

  test('who gives up half-way is logged out', async () => {
    await door({ questions: vault('code') });
    const person = ssh(rig, ['-tt', ...passwords], 'alice@root@web1');
    await type(person, 'Password: ', 'right');
    await person.sees('Code of');
    person.pty.kill('SIGKILL');
    await until(() => rig.abandoned.length === 1);
  });
});

describe('with a key', () => {
  const key = (): string => {
    const path = files.path(`key${Math.random()}`);
    spawnSync('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', path]);
    return path;
  };

  test('nothing is asked', async () => {
    const visits = await door({ questions: vault() });
    const args = ['-T', '-o', 'IdentitiesOnly=yes', '-i', key(), '-o', 'BatchMode=yes', ...sshOptions(rig)];
    const person = inPty('ssh', [...args, '-l', 'alice@root@web1', '127.0.0.1', 'uname -a']);
    expect(await person.exit).toBe(7);
    expect(visits[0]).toMatchObject({
      user: 'alice@root@web1',
      channel: { kind: 'exec', command: 'uname -a' },
      pty: null,
      target: { address: 'web1' },
    });
  });

  test('a code is asked for in the protocol where one is due', async () => {
    const questions = vault('code');
    await door({ questions });
    const person = ssh(rig, ['-tt', '-o', 'IdentitiesOnly=yes', '-i', key()], 'alice@root@web1');
    await type(person, 'Code of your authenticator: ', '123456');
    await person.sees('hello');
    expect(questions.asked).toEqual([`${somebody.ticket} 123456`]);
  });
});

describe('without a terminal', () => {
  test('each stream arrives where it belongs, and the status', async () => {
    const visits = await door({ questions: vault() });
    const { client } = await connected();
    const result = await run(client, 'a command');
    expect(result).toEqual({ out: 'out\n', err: 'err\n', status: 7 });
    expect(visits[0]?.channel).toEqual({ kind: 'exec', command: 'a command' });
    client.end();
  });

  test('many channels share one login, one after the other and ten at once', async () => {
    const visits = await door({ questions: vault() });
    const { client } = await connected();
    for (let round = 0; round < 3; round += 1) await run(client, `round ${round}`);
    await Promise.all(Array.from({ length: 10 }, (_, place) => run(client, `at once ${place}`)));
    expect(visits).toHaveLength(13);
    expect(rig.abandoned).toEqual([]);
    client.end();
    await until(() => rig.abandoned.length === 1);
  });

  test('a login that is over serves no more channels', async () => {
    await door({
      questions: vault(),
      async serveDirect(visit) {
        visit.forgotten();
        visit.exit(255);
      },
    });
    const { client } = await connected();
    expect((await run(client, 'one')).status).toBe(255);
    expect((await run(client, 'two').catch(() => 'refused')) as unknown).toBe('refused');
    client.end();
  });

  test('of the environment only LANG and LC_* pass, TERM with a terminal', async () => {
    const visits = await door({ questions: vault() });
    const { client } = await connected();
    const env = { LANG: 'de_DE.UTF-8', LC_POSTERN_REASON: 'INC 1', LD_PRELOAD: '/x', PATH: '/x', LC_a: 'x' };
    await run(client, 'env', { env, pty: { term: 'xterm-kitty', cols: 132, rows: 43 } });
    expect([...(visits[0]?.env ?? [])]).toEqual([
      ['LANG', 'de_DE.UTF-8'],
      ['LC_POSTERN_REASON', 'INC 1'],
    ]);
    expect(visits[0]?.pty?.term).toBe('xterm-kitty');
    expect(visits[0]?.pty?.size()).toEqual({ columns: 132, rows: 43 });
    expect(visits[0]?.pty?.attended).toBe(true);
    // as OpenSSH's client has it that has no terminal itself
    await run(client, 'env', { pty: { term: 'xterm', cols: 0, rows: 0 } });
    expect(visits[1]?.pty?.attended).toBe(false);
    expect(visits[1]?.pty?.size()).toEqual({ columns: 80, rows: 24 });
    client.end();
  });

  test('on a terminal signals are keys, or its end; all others, and BREAK where nobody takes it, are refused', async () => {
    const typed: string[] = [];
    const requests: string[] = [];
    let takes = false;
    await door({
      questions: vault(),
      serveDirect: async (visit) => {
        visit.input.on('data', (bytes: Buffer) => typed.push(bytes.toString('latin1')));
        visit.onRequest((request) => {
          if (takes) requests.push(request);
          return takes;
        });
        visit.output.write('ready');
        await new Promise((resolve) => visit.gone.addEventListener('abort', resolve));
      },
    });
    const { client } = await connected();
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      client.exec('vi', { pty: true }, (error, one) => (error ? reject(error) : resolve(one))),
    );
    await once(channel, 'data');
    const ask = answersOf(client, channel);
    expect(await ask('break')).toBe(false);
    takes = true;
    const answers: Record<string, boolean> = {};
    for (const name of ['INT', 'QUIT', 'TSTP', 'USR1', 'TERM', 'HUP', 'KILL', 'SIGINT', 'x'])
      answers[name] = await ask(name);
    expect(await ask('break')).toBe(true);
    expect(Object.keys(answers).filter((name) => answers[name] === true)).toEqual([
      'INT',
      'QUIT',
      'TERM',
      'HUP',
      'KILL',
      'SIGINT',
    ]);
    expect(requests).toEqual(['end', 'end', 'end', 'break']);
    expect(typed.join('')).toBe('\x03\x1c\x03');
    client.end();
  });

  test('a connection keeps nothing of channels that are over', async () => {
    const visits = await door({ questions: vault() });
    using heard = vi.spyOn(EventTarget.prototype, 'addEventListener');
    const { client } = await connected();
    for (const command of ['one', 'two', 'three']) await run(client, command);
    await until(() => visits.every(({ gone }) => gone.aborted));
    const connections = heard.mock.contexts.filter((one) => one instanceof AbortSignal && !one.aborted);
    expect(new Set(connections).size).toBeGreaterThan(0);
    for (const one of connections) expect(getEventListeners(one as EventTarget, 'abort')).toEqual([]);
    client.end();
  });

  test('signals pass', async () => {
    const names: string[] = [];
    await door({
      questions: vault(),
      serveDirect: async (visit) => {
        visit.onSignal((name) => {
          names.push(name);
          visit.exit({ signal: name });
          return true;
        });
        visit.output.write('ready');
        await new Promise((resolve) => visit.gone.addEventListener('abort', resolve));
      },
    });
    const { client } = await connected();
    const ended = await new Promise((resolve, reject) => {
      client.exec('sleep', (error, channel) => {
        if (error) return reject(error);
        channel.once('data', () => channel.signal('TERM'));
        channel.on('exit', (...how: unknown[]) => resolve(how));
      });
    });
    expect(names).toEqual(['TERM']);
    expect(ended).toEqual(
      [null, 'SIGTERM', expect.anything(), expect.anything()].slice(0, (ended as []).length),
    );
    client.end();
  });
});

test('two answers to one question are none', async () => {
  const questions = vault();
  await door({ questions });
  const client = new ssh2.Client();
  let rounds = 0;
  client.on('keyboard-interactive', (_name, _instructions, _lang, prompts, finish) => {
    rounds += 1;
    finish([...prompts.map(() => 'right'), 'more']);
  });
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  client.on('error', () => undefined);
  client.connect({ port: rig.port, host: rig.host, username: 'alice@root@web1', tryKeyboard: true });
  await until(() => rounds === 1);
  client.destroy();
  await closed;
  expect(questions.asked).toEqual([]);
});

test.each([
  [
    'all at once',
    (guess: (text: string) => void) => {
      for (let n = 0; n < 1000; n += 1) guess(`${n}`);
      return () => undefined;
    },
  ],
  [
    'one after the other',
    (guess: (text: string) => void) => {
      const timer = setInterval(() => guess('more'), 2);
      return () => clearInterval(timer);
    },
  ],
])('a client that waits for no answer tries one password, not a thousand: %s', async (_how, flood) => {
  const asked: string[] = [];
  const judged = Promise.withResolvers<void>();
  let stop = (): void => undefined;
  await door({
    questions: {
      async logIn(_who, password) {
        asked.push(password.toString());
        await judged.promise;
        return failed(failure('LOGIN_REFUSED'));
      },
    },
  });
  const client = new ssh2.Client();
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  client.on('error', () => undefined);
  client.once('keyboard-interactive', () => {
    const { _protocol: wire, _sock: socket } = client as unknown as Inside;
    stop = flood((text) => {
      // in one piece, so that the door reads both at once
      socket.cork();
      wire.authKeyboard('alice@root@web1');
      wire.authInfoRes([text]);
      socket.uncork();
    });
  });
  client.connect({ port: rig.port, host: rig.host, username: 'alice@root@web1', tryKeyboard: true });
  await closed;
  stop();
  judged.resolve();
  expect(asked).toHaveLength(1);
});

interface Inside {
  readonly _sock: Socket;
  readonly _protocol: {
    authKeyboard(user: string): void;
    authInfoRes(answers: readonly string[]): void;
  };
}

async function connected(): Promise<{ client: ssh2.Client }> {
  const client = new ssh2.Client();
  // the door hangs up at the end of each test
  client.on('error', () => undefined);
  client.on('keyboard-interactive', (_name, _instructions, _lang, _prompts, finish) => finish(['right']));
  client.connect({
    sock: createConnection(rig.port, rig.host),
    username: 'alice@root@web1',
    tryKeyboard: true,
  });
  await once(client, 'ready');
  return { client };
}

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: unknown;
}

function run(client: ssh2.Client, command: string, options: ssh2.ExecOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    client.exec(command, options, (error, channel) => {
      if (error) return reject(error);
      let [out, err, status]: [string, string, unknown] = ['', '', null];
      channel.on('data', (bytes: Buffer) => (out += bytes.toString()));
      channel.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
      channel.on('exit', (code: unknown) => (status = code));
      channel.on('close', () => resolve({ out, err, status }));
    });
  });
}

/** Asks with "want reply", as no client of ours does: for a signal, or for a BREAK. */
function answersOf(client: ssh2.Client, channel: ssh2.ClientChannel): (what: string) => Promise<boolean> {
  const { outgoing } = channel as unknown as { readonly outgoing: { readonly id: number } };
  const { _protocol: protocol } = client as unknown as Wire;
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(`....${value}`);
    bytes.writeUInt32BE(value.length);
    return bytes;
  };
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  return async (what) => {
    const request = Buffer.concat([
      Buffer.from([98]),
      number(outgoing.id),
      text(what === 'break' ? 'break' : 'signal'),
      Buffer.from([1]),
      what === 'break' ? number(500) : text(what),
    ]);
    const answer = new Promise<boolean>((resolve) => {
      protocol._handlers['CHANNEL_SUCCESS'] = () => resolve(true);
      protocol._handlers['CHANNEL_FAILURE'] = () => resolve(false);
    });
    const packet = protocol._packetRW.write.alloc(request.length);
    request.copy(packet, protocol._packetRW.write.allocStart);
    protocol._cipher.encrypt(protocol._packetRW.write.finalize(packet));
    return await answer;
  };
}

interface Wire {
  readonly _protocol: {
    readonly _handlers: Record<string, unknown>;
    readonly _cipher: { encrypt(packet: Buffer): void };
    readonly _packetRW: {
      readonly write: {
        readonly allocStart: number;
        alloc(size: number): Buffer;
        finalize(packet: Buffer): Buffer;
      };
    };
  };
}
