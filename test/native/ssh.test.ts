/** A real ssh in the box against a real sshd: every byte of it goes through the session's four sockets. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBox, hasWrapper, ofUid, Rig, until, wait } from './rig.ts';

const password = 'correct horse';
const daemon = '/usr/sbin/sshd';

/** The session host's half: what it is asked, and what it answers. */
class Sockets {
  readonly asked: string[] = [];
  readonly keys: string[] = [];
  ups = 0;
  hold = false;
  readonly held: Socket[] = [];
  readonly #servers: Server[] = [];

  constructor(
    s: string,
    port: number,
    answers: { password?: string; knownHosts?: (line: string) => string },
  ) {
    const serve = (name: string, on: (socket: Socket) => void) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => socket.destroy());
        on(socket);
      });
      server.listen(join(s, name), () => chmodSync(join(s, name), 0o666));
      this.#servers.push(server);
    };
    const whole = (socket: Socket, then: (text: string) => void) => {
      let text = '';
      socket.on('data', (data) => (text += String(data))).on('end', () => then(text));
    };
    serve('dial', (socket) => {
      const target = connect({ port, host: '127.0.0.1', noDelay: true });
      target.on('error', () => socket.destroy());
      socket.pipe(target).pipe(socket);
    });
    serve('ask', (socket) =>
      whole(socket, (text) => {
        this.asked.push(text);
        socket.end(answers.password ?? '');
      }),
    );
    serve('hostkey', (socket) =>
      whole(socket, (text) => {
        this.keys.push(text);
        socket.end(answers.knownHosts?.(text) ?? '');
      }),
    );
    serve('up', (socket) => {
      this.ups++;
      if (this.hold) this.held.push(socket);
      else socket.end();
    });
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }
}

const config = (s: string, inside: string, more = '') => `Host target
  HostName target
  User tgtuser
  HostKeyAlias target
  GlobalKnownHostsFile none
  UserKnownHostsFile none
  KnownHostsCommand ${inside} hostkey ${s} %t %K
  StrictHostKeyChecking yes
  UpdateHostKeys no
  IdentityFile none
  IdentityAgent none
  PreferredAuthentications password
  NumberOfPasswordPrompts 1
  EscapeChar none
  ProxyCommand ${inside} dial ${s}
  ProxyUseFdpass yes
  PermitLocalCommand yes
  LocalCommand ${inside} up ${s}
  KexAlgorithms curve25519-sha256
  LogLevel ERROR
${more}`;

describe.skipIf(!hasBox || !existsSync(daemon))(
  'ssh through the box (needs root, bubblewrap and sshd)',
  () => {
    let rig: Rig;
    let sshd: ChildProcess;
    let port = 0;
    let hostKey = '';
    let uid = 220_000;
    const opened: Sockets[] = [];

    beforeAll(async () => {
      rig = new Rig();
      const dir = join(rig.run, 'sshd');
      mkdirSync(join(dir, 'home'), { recursive: true });
      mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'key')]);
      hostKey = readFileSync(join(dir, 'key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
      const hash = execFileSync('openssl', ['passwd', '-6', password], { encoding: 'utf8' }).trim();
      // The account exists in the server's own view of /etc only: nothing of the host is changed.
      for (const f of ['passwd', 'shadow', 'group'])
        writeFileSync(join(dir, f), readFileSync(`/etc/${f}`), { mode: f === 'shadow' ? 0o600 : 0o644 });
      writeFileSync(join(dir, 'passwd'), `tgtuser:x:64077:64077::${join(dir, 'home')}:/bin/sh\n`, {
        flag: 'a',
      });
      writeFileSync(join(dir, 'shadow'), `tgtuser:${hash}:19000:0:99999:7:::\n`, { flag: 'a' });
      writeFileSync(join(dir, 'group'), 'tgtuser:x:64077:\n', { flag: 'a' });
      port = 20_000 + (process.pid % 20_000);
      writeFileSync(
        join(dir, 'config'),
        `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${join(dir, 'key')}\nPidFile none\nUsePAM no\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\nStrictModes no\nSubsystem sftp internal-sftp\nMaxStartups 50\n`,
      );
      const script = `for f in passwd shadow group; do mount --bind ${dir}/$f /etc/$f; done; exec ${daemon} -D -e -f ${dir}/config`;
      sshd = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let log = '';
      sshd.stderr?.on('data', (data) => (log += String(data)));
      await until(
        () => /Server listening/.test(log),
        5000,
        () => log,
      );
    });
    afterAll(() => {
      for (const sockets of opened) sockets.close();
      sshd?.kill('SIGKILL');
      rig?.[Symbol.dispose]();
    });

    async function start(
      session: string,
      way: 'pty' | 'pipes',
      how: {
        level?: string;
        more?: string;
        answers?: ConstructorParameters<typeof Sockets>[2];
        hold?: boolean;
        algorithms?: false;
        program?: string;
        /** The file that says what runs without a terminal. */
        command?: string;
        pty?: string;
      } = {},
    ) {
      const of = uid++;
      const level = how.level ?? '3';
      const s = rig.make(session, {
        level,
        program: how.program ?? 'ssh',
        uid: `${of}`,
        gid: `${of}`,
        ...(how.pty === undefined ? {} : { pty: how.pty }),
      });
      const seenAs = level === '3' ? '/s' : s;
      const inside = level === '3' ? '/bin/inside' : join(rig.run, 'bin/postern-inside');
      const more = `${how.algorithms === false ? '' : '  HostKeyAlgorithms ssh-ed25519\n'}${how.more ?? ''}`;
      for (const f of ['ssh_config', 'probe_config']) writeFileSync(join(s, f), config(seenAs, inside, more));
      if (how.command !== undefined) writeFileSync(join(s, 'command'), how.command);
      const sockets = new Sockets(
        s,
        port,
        how.answers ?? { password, knownHosts: () => `target ${hostKey}\n` },
      );
      sockets.hold = how.hold ?? false;
      opened.push(sockets);
      await until(() => ['dial', 'ask', 'hostkey', 'up'].every((n) => existsSync(join(s, n))));
      await wait(20);
      const host = await rig.host();
      host.do({ do: way, box: rig.box, args: [session] });
      return { host, sockets, of, session };
    }

    const levels = ['3', ...(hasWrapper ? ['2', '1'] : [])];

    test.each(levels)(
      'level %s: password, host key, dialing and LocalCommand; a shell with a live terminal',
      async (level) => {
        const { host, sockets, of, session } = await start(`shell${level}`, 'pty', { level });
        await host.until(() => sockets.ups === 1);
        expect(sockets.asked).toEqual(["\ntgtuser@target's password: "]);
        expect(sockets.keys.at(-1)).toBe(`${hostKey}\n`);
        const type = (data: string) => host.do({ do: 'write', data });
        type("PS1='$''> '; stty -echo; echo up''per; stty size\n");
        await host.until(() => host.out.includes('upper') && host.out.includes('24 80'));
        host.do({ do: 'resize', columns: 111, rows: 33 });
        await wait(100);
        type('stty size\n');
        await host.until(() => host.out.includes('33 111'));
        type('sleep 60\n');
        await wait(200);
        type('\x03');
        type('echo still here\n');
        await host.until(() => host.out.includes('still here'), 3000);
        expect(ofUid(of).map((p) => p.name)).toEqual(['ssh']);
        // The password is in no command line and no environment of the client.
        const [ssh] = ofUid(of);
        for (const f of ['environ', 'cmdline'])
          expect(readFileSync(`/proc/${ssh?.pid}/${f}`, 'utf8')).not.toContain(password);
        type('exit 7\n');
        await host.until(() => host.exit);
        expect(host.exit?.code).toBe(7);
        expect(ofUid(of)).toEqual([]);
        expect(rig.once([session]).code).toBe(125);
      },
    );

    test('a command over pipes is byte-exact, with its exit code', async () => {
      const { host } = await start('exec', 'pipes', {
        pty: '0',
        more: '  RemoteCommand printf "a\\tb"; head -c 3000000 /dev/zero | wc -c; exit 42\n  RequestTTY no\n',
      });
      await host.until(() => host.exit);
      expect(host.out).toBe('a\tb3000000\n');
      expect(host.exit?.code).toBe(42);
    });

    test.each([
      ...levels.map(
        (level) =>
          [
            level,
            "e printf '%s|' \"$0\" 'a  b' -v %h\necho second; exit 9",
            'a  b|-v|%h|second\n',
            9,
          ] as const,
      ),
    ])('at level %s what stands in the file is run as it is: %j', async (level, command, out, code) => {
      const { host } = await start(`file-${level}-${command.length}`, 'pipes', {
        level,
        program: 'command',
        command,
      });
      await host.until(() => host.exit);
      expect(host.out.endsWith(out)).toBe(true);
      expect(host.exit?.code).toBe(code);
    });

    test.each([
      ['nothing', ''],
      ['a zero byte', 'eecho a\0b'],
      ['more than 128 KiB', `e${'x'.repeat(131_071)}`],
    ])('a file with %s is no command', async (what, command) => {
      const { host } = await start(`file-${what.length}`, 'pipes', { program: 'command', command });
      await host.until(() => host.exit);
      expect(host.exit?.code).toBe(125);
    });

    test('probe runs without a pty, from its own configuration', async () => {
      const { host, sockets } = await start('probe', 'pipes', {
        program: 'probe',
        answers: { knownHosts: () => '' },
      });
      await host.until(() => host.exit);
      expect(host.exit?.code).toBe(255);
      expect(sockets.keys.some((k) => k === `${hostKey}\n`)).toBe(true);
      expect(sockets.asked).toEqual([]);
    });

    test('a wrong host key stops before the password is asked for', async () => {
      const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJhZGJh';
      const { host, sockets } = await start('mismatch', 'pty', {
        answers: { password, knownHosts: () => `target ${other}\n` },
      });
      await host.until(() => host.exit);
      expect(host.exit?.code).toBe(255);
      expect(sockets.asked).toEqual([]);
      expect(sockets.ups).toBe(0);
    });

    test('no password is no login', async () => {
      const { host, sockets } = await start('empty', 'pty', {
        answers: { knownHosts: () => `target ${hostKey}\n` },
      });
      await host.until(() => host.exit);
      expect([host.exit?.code, sockets.asked.length, sockets.ups]).toEqual([255, 1, 0]);
    });

    test('the shell of the target waits until "up" is let go', async () => {
      const { host, sockets } = await start('hold', 'pty', { hold: true });
      await host.until(() => sockets.held.length === 1);
      const before = host.out;
      await wait(300);
      expect(host.out).toBe(before);
      sockets.held[0]?.end();
      await host.until(() => host.out.includes('$'));
      rig.once(['end', 'hold']);
    });

    test.each([
      'exec sh -c id',
      'exec /usr/bin/ssh dial /s',
      'exec /bin/inside dial /s; id',
      '/bin/inside up /s && id',
      'exec /bin/inside selftest /s',
      'exec inside dial /s',
      '',
    ])('in place of a shell, "%s" is not run', (line) => {
      const r = spawnSync(join(rig.run, 'bin/postern-inside'), ['-c', line], { encoding: 'utf8' });
      expect([r.status, r.stdout, r.stderr]).toEqual([126, '', '']);
    });

    test('without HostKeyAlgorithms ssh first asks for the order of algorithms: a comment is an answer, nothing is the end', async () => {
      const known = (line: string) => (line.startsWith('NONE') ? '#\n' : `target ${hostKey}\n`);
      const good = await start('order', 'pty', {
        algorithms: false,
        answers: { password, knownHosts: known },
      });
      await good.host.until(() => good.sockets.ups === 1);
      expect(good.sockets.keys).toEqual(['NONE NONE\n', `${hostKey}\n`]);
      rig.once(['end', 'order']);
      const bad = await start('noorder', 'pty', {
        algorithms: false,
        answers: { password, knownHosts: () => '' },
      });
      await bad.host.until(() => bad.host.exit);
      expect(bad.host.out).toContain('KnownHostsCommand failed');
      expect(bad.host.exit?.code).toBe(255);
    });
  },
);
