/** The program inside as askpass, host key command and "up", against a small server; both builds, no root. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Rig } from './rig.ts';

describe.each(['all', 'sanitize'] as const)('inside (%s)', (build) => {
  let rig: Rig;
  let s: string;
  let server: Server | undefined;
  const asked: string[] = [];
  beforeAll(() => {
    rig = new Rig(build);
  });
  afterAll(() => rig?.[Symbol.dispose]());
  beforeEach(() => {
    s = mkdtempSync(join(tmpdir(), 'pi-'));
    asked.length = 0;
  });
  afterEach(() => {
    server?.close();
    rmSync(s, { recursive: true });
  });

  async function answer(name: string, with_: string | Buffer): Promise<void> {
    const listening = createServer({ allowHalfOpen: true }, (socket) => {
      let text = '';
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => {
        text += String(data);
      });
      socket.on('end', () => {
        asked.push(text);
        socket.end(with_);
      });
      if (name === 'up') socket.end();
    });
    server = listening;
    await new Promise<void>((done) => listening.listen(join(s, name), done));
  }

  function run(
    file: string,
    args: string[],
    env: Record<string, string> = {},
  ): Promise<{ code: number | null; out: string; err: string }> {
    return new Promise((done) => {
      const child = spawn(join(rig.run, 'bin', file), args, {
        env: { ASAN_OPTIONS: 'detect_leaks=0', ...env },
      });
      let out = '';
      let err = '';
      child.stdout.setEncoding('latin1').on('data', (data: string) => {
        out += data;
      });
      child.stderr.on('data', (data) => {
        err += String(data);
      });
      child.on('close', (code) => done({ code, out, err }));
    });
  }
  const askpass = (prompt: string[], env = {}) => run('postern-askpass', prompt, { POSTERN_S: s, ...env });

  test.each([
    ['a password', 'geheim', 0, 'geheim\n'],
    ['one of 4096 bytes', 'x'.repeat(4096), 0, `${'x'.repeat(4096)}\n`],
    ['one that is too long', 'x'.repeat(4097), 1, ''],
    ['nothing', '', 1, ''],
  ])('askpass: %s', async (_name, password, code, out) => {
    await answer('ask', password);
    expect(await askpass(["t@h's password: "])).toEqual({ code, out, err: '' });
    expect(asked).toEqual(["\nt@h's password: "]);
  });

  test('askpass says which kind of prompt it is', async () => {
    await answer('ask', 'yes');
    await askpass(['ok?'], { SSH_ASKPASS_PROMPT: 'confirm' });
    await askpass([]);
    expect(asked).toEqual(['confirm\nok?', '\n']);
  });

  test.each([
    ['a line', 'target ssh-ed25519 AAAA\n', 0],
    ['64 KiB', 'x'.repeat(65_536), 0],
    ['more', 'x'.repeat(65_537), 1],
    ['nothing', '', 1],
  ])('hostkey: %s', async (_name, line, code) => {
    await answer('hostkey', line);
    expect(await run('postern-inside', ['hostkey', s, 'ssh-rsa', 'BBBB'])).toEqual({
      code,
      out: code ? '' : line,
      err: '',
    });
    expect(asked).toEqual(['ssh-rsa BBBB\n']);
  });

  test('hostkey may come without type and key', async () => {
    await answer('hostkey', '#\n');
    expect(await run('postern-inside', ['hostkey', s])).toEqual({ code: 0, out: '#\n', err: '' });
    expect(asked).toEqual([' \n']);
  });

  test('up returns when the other end lets go', async () => {
    await answer('up', '');
    expect(await run('postern-inside', ['-c', `/x/inside up ${s}`])).toEqual({ code: 0, out: '', err: '' });
  });

  test.each([
    ['no server', ['up', '/none-such']],
    ['a path that does not fit', ['up', `/${'x'.repeat(200)}`]],
    ['a key that does not fit', ['hostkey', '/x', 'y', 'z'.repeat(20_000)]],
    ['no verb', []],
    ['an unknown verb', ['shell']],
    ['dial without a socket for stdout', ['dial', '']],
    ['run without a program', ['run', '203001', '203001', '1', '3', '--']],
    ['run without --', ['run', '203001', '203001', '1', '3', '/bin/true', 'x']],
    ['run with a huge number', ['run', '99999999999999999999', '203001', '1', '3', '--', '/bin/true']],
  ])('%s is one clear line', async (_name, args) => {
    const { code, out, err } = await run('postern-inside', args);
    expect([code, out]).toEqual([125, '']);
    expect(err).toMatch(/^postern-inside: [\x20-\x7e]+\n$/);
  });

  test.each([
    '',
    ' ',
    'exec',
    'exec sh -c id',
    'exec /bin/inside',
    'exec /bin/inside dial',
    '/bin/inside up /s && id',
    'exec /bin/inside hostkey /s',
    'a '.repeat(5000),
  ])('-c "%.30s" is not run', async (line) => {
    expect(await run('postern-inside', ['-c', line])).toEqual({ code: 126, out: '', err: '' });
  });
});
