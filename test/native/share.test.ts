/** One login in its box: what its channels carry, and who cannot come near its control socket. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LONGEST_COMMAND } from '#/contract/session-link.js';
import { LONGEST_VALUE, MOST_VARIABLES } from '#/domain/environment.js';
import { startTarget, type Target } from '../helpers/target.ts';
import { LoginHost, loginConfig } from './login-host.ts';
import { bindsOf, HOST, hasBox, hasWrapper, processes, Rig, SHADOW, table, until, wait } from './rig.ts';

const user = `ptsh${process.pid}`;
/** Without the number that ssh has for the channel. */
const ending = (host: LoginHost, id: string): string =>
  host.said(`${id} end`).replace(/^opened \d+\n/, 'opened\n');

describe.skipIf(!hasBox || !existsSync('/usr/sbin/sshd'))(
  'one login, many channels (needs root and bubblewrap)',
  () => {
    let rig: Rig;
    let target: Target;
    let probe: string;
    beforeAll(async () => {
      rig = new Rig();
      target = await startTarget();
      target.addUser(user, 'a password');
      probe = join(rig.run, 'probe');
      execFileSync('gcc', ['-static', '-O1', '-o', probe, join(import.meta.dirname, 'probe.c')]);
    }, 60_000);
    afterAll(async () => {
      rig?.[Symbol.dispose]();
      await target?.stop();
    });

    async function login(session: string, level: '3' | '2' | '1'): Promise<LoginHost> {
      const s = rig.make(session, { program: 'share', level, gid: `${SHADOW}` });
      const deep = level === '3';
      const host = new LoginHost(s, target.port, target.hostKey);
      writeFileSync(
        join(s, 'ssh_config'),
        loginConfig(user, deep ? '/s' : s, deep ? '/bin/inside' : join(rig.run, 'bin/postern-inside')),
        { mode: 0o644 },
      );
      const one = await rig.host();
      one.do({ do: 'pipes', box: rig.box, args: [session] });
      await until(
        () => host.up,
        10_000,
        () => one.out,
      );
      return host;
    }
    const inner = (): number =>
      processes().find(({ name, uid, pid }) => name === 'ssh' && uid === SHADOW && isMaster(pid))?.pid ?? 0;
    const isMaster = (pid: number): boolean => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('\0-M\0');
      } catch {
        return false; // it ended since the list was made
      }
    };

    test('streams, ends and statuses, each channel its own', async () => {
      const host = await login('carries', '3');
      host.ask('1', 'e', 'cat; echo to-err >&2; exit 7');
      host.ask('2', 'e', 'kill -9 $$');
      host.ask('a', 'c', '');
      host.ask('b', 's', 'no-such-subsystem');
      host.ask('c', 'e', 'sleep 100');
      host.ask('e', 'e', 'echo $LC_ONE $LC_TWO $OTHER.\0LC_ONE=1 one\0LC_TWO=2\0OTHER=3');
      await until(() => ending(host, '1') === 'opened\n' && ending(host, 'c') === 'opened\n');
      host.streams.get('1 in')?.socket.end(`${'x'.repeat(300_000)}\n`);
      host.streams.get('a in')?.socket.end('echo from the shell\nexit 3\n');
      for (const id of ['1', '2', 'a', 'b', 'e']) await host.over(`${id} end`);
      expect(host.said('1 out')).toBe(`${'x'.repeat(300_000)}\n`);
      expect(host.said('1 err')).toBe('to-err\n');
      expect(ending(host, '1')).toBe('opened\nexit 7\n');
      expect(ending(host, '2')).toBe('opened\nexit 255\n');
      expect(host.said('a out')).toBe('from the shell\n');
      expect(ending(host, 'a')).toBe('opened\nexit 3\n');
      expect(host.said('e out')).toBe('1 one 2 .\n');
      expect(host.said('b end')).not.toContain('exit 0');
      // let go, it ends; the login and the others go on
      host.streams.get('c end')?.socket.destroy();
      await host.over('c out');
      host.ask('d', 'e', 'exec cat');
      await until(() => ending(host, 'd') === 'opened\n');
      process.kill(inner(), 'SIGKILL');
      await host.over('d end');
      // without an exit: it was lost with the login
      expect(ending(host, 'd')).toBe('opened\n');
      expect(target.log().split(`Accepted password for ${user}`)).toHaveLength(2);
      host.close();
    }, 40_000);

    test('the longest command with all the variables that may come along', async () => {
      const host = await login('carries-much', '3');
      const names = Array.from({ length: MOST_VARIABLES }, (_, at) =>
        `LC_${String.fromCharCode(65 + (at % 26))}`.padEnd(43, at < 26 ? 'X' : 'Y'),
      );
      const long = names.map((name) => `${name}=${'漢'.repeat(LONGEST_VALUE)}`);
      const command = `echo \${#${names[0]}}; : `;
      const padded = command.padEnd(LONGEST_COMMAND, 'x');
      host.ask('1', 'e', [padded, ...long].join('\0'));
      await host.over('1 end');
      expect(ending(host, '1')).toBe('opened\nexit 0\n');
      expect(host.said('1 out')).toMatch(/^(1024|3072)\n$/);
      host.close();
    }, 40_000);

    test('a connection from the target: to where it is asked for, and refused where there is nobody', async () => {
      const host = await login('leads', '3');
      const there = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('end', () => socket.end('and back'));
        socket.resume();
      });
      await new Promise<void>((resolve) => there.listen(0, '127.0.0.1', resolve));
      const { port } = there.address() as AddressInfo;
      host.ask('1', 'w', `${port} 127.0.0.1`);
      host.ask('2', 'w', '1 127.0.0.1');
      host.ask('3', 'w', '22');
      await host.over('3 end');
      expect(host.said('3 end')).toBe('refused\n');
      await host.over('2 end');
      expect(host.said('2 end')).toBe('refused\n');
      await until(() => ending(host, '1') === 'opened\n');
      host.streams.get('1 in')?.socket.end('there');
      await host.over('1 end');
      expect(host.said('1 out')).toBe('and back');
      expect(ending(host, '1')).toBe('opened\nexit 0\n');
      there.close();
      host.close();
    }, 40_000);

    test('a place where the target listens: what comes in there comes to a socket, until it is given up', async () => {
      const host = await login('listens', '3');
      host.answer('back-1', (socket) => socket.end('from here'));
      host.ask('1', 'l', '0 localhost back-1');
      host.ask('2', 'l', '0 localhost');
      host.ask('3', 'l', '0 localhost ../ask');
      await host.over('2 end');
      await host.over('3 end');
      expect([host.said('2 end'), host.said('3 end')]).toEqual(['refused\n', 'refused\n']);
      await until(() => host.said('1 end').startsWith('opened '));
      const port = Number(host.said('1 end').split(' ')[1]);
      const heard = (): Promise<string> =>
        new Promise((resolve) => {
          let text = '';
          connect(port, '127.0.0.1')
            .on('data', (bytes: Buffer) => (text += bytes.toString()))
            .once('error', () => resolve('nobody'))
            .once('close', () => resolve(text));
        });
      expect(await heard()).toBe('from here');
      host.streams.get('1 end')?.socket.end();
      await host.over('1 end');
      for (const late = Date.now() + 10_000; (await heard()) !== 'nobody' && Date.now() < late; );
      expect(await heard()).toBe('nobody');
      host.close();
    }, 40_000);

    test('nobody else’s box reaches its control socket, and no box of the same person’s either', async () => {
      const host = await login('guarded', '3');
      const path = `/proc/${inner()}/root/tmp/mux`;
      expect(statSync(path).isSocket()).toBe(true);
      for (const uid of [SHADOW, SHADOW + 1]) {
        const session = `thief-${uid}`;
        rig.make(
          session,
          { program: 'ssh', uid: `${uid}`, gid: `${uid}` },
          { binds: bindsOf('/usr/bin/ssh').replace(/^.*\t\/usr\/bin\/ssh$/m, `${probe}\t/usr/bin/ssh`) },
        );
        const { code, out } = rig.once([session]);
        expect(code).toBe(0);
        expect(table(out)['control']).toBe('ENOENT');
      }
      // the session host has no way to it, either: it asks over its own socket
      expect(reached(path, HOST)).not.toContain('OK');
      host.close();
    }, 30_000);

    test.skipIf(!hasWrapper).each(['2', '1'] as const)(
      'level %s: it lies in the home, where its uid alone comes',
      async (level) => {
        const host = await login(`low-${level}`, level);
        const home = join(rig.run, 'homes', `low-${level}`);
        const name = readdirSync(home).find((one) => one.startsWith('.mux-')) ?? '';
        expect(statSync(join(home, name)).isSocket()).toBe(true);
        expect(reached(join(home, name), SHADOW + 1)).toContain('EACCES');
        expect(reached(join(home, name), HOST)).toContain('EACCES');
        host.ask('1', 'e', 'echo works; exit 5');
        await host.over('1 end');
        expect([host.said('1 out'), ending(host, '1')]).toEqual(['works\n', 'opened\nexit 5\n']);
        host.requests?.destroy();
        await until(() => inner() === 0);
        await wait(50);
        expect(readdirSync(home).filter((one) => one.startsWith('.mux-'))).toEqual([]);
        host.close();
      },
      30_000,
    );

    /** As another uid: what a connection to the socket comes to. */
    function reached(path: string, uid: number): string {
      const script =
        "require('net').connect(process.argv[1]).on('connect',()=>{console.log('OK');process.exit()}).on('error',e=>console.log(e.code))";
      const node = join(import.meta.dirname, '../../node_modules/node/bin/node');
      // the clone may lie where that uid cannot come: it starts as root, and drops
      const dropped = `process.setgroups([]);process.setgid(${uid});process.setuid(${uid});${script}`;
      return execFileSync(node, ['-e', dropped, path], { encoding: 'utf8', timeout: 10_000 });
    }
  },
);
