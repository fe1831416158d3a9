/** A display in the box: one that is lent, at its one place, and never one of the machine's own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTarget, type Target } from '../helpers/target.ts';
import { x11Program } from '../helpers/x11-program.ts';
import { LoginHost, loginConfig } from './login-host.ts';
import { bindsOf, hasBox, hasWrapper, Rig, SHADOW, table, until } from './rig.ts';

const user = `ptx11${process.pid}`;
const FORWARDED = 'ForwardX11 yes\nForwardX11Trusted yes\nXAuthLocation /nonexistent\n';

describe.skipIf(!hasBox || !existsSync('/usr/sbin/sshd'))('a display (needs root and bubblewrap)', () => {
  let rig: Rig;
  let target: Target;
  let probe: string;
  const servers: Server[] = [];
  beforeAll(async () => {
    rig = new Rig();
    target = await startTarget();
    target.addUser(user, 'a password');
    probe = join(rig.run, 'probe');
    execFileSync('gcc', ['-static', '-O1', '-o', probe, join(import.meta.dirname, 'probe.c')]);
  }, 60_000);
  afterAll(async () => {
    for (const server of servers) server.close();
    rig?.[Symbol.dispose]();
    await target?.stop();
  });

  async function serve(path: string, on: () => void = () => undefined): Promise<void> {
    const server = createServer((socket) => {
      on();
      socket.destroy();
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
    if (!path.startsWith('\0')) chmodSync(path, 0o666);
  }

  test('what broke out of ssh reaches the one that is lent; else none, whatever the machine has', async () => {
    const binds = bindsOf('/usr/bin/ssh').replace(/^.*\t\/usr\/bin\/ssh$/m, `${probe}\t/usr/bin/ssh`);
    // a display of the machine's; one that is there already does as well
    await serve('\0/tmp/.X11-unix/X0').catch(() => undefined);
    rig.make('none', { program: 'ssh' }, { binds });
    expect(table(rig.once(['none']).out)).toMatchObject({
      display: 'ENOENT',
      display_abstract: 'ECONNREFUSED',
    });
    const s = rig.make('lent', { program: 'ssh' }, { binds });
    writeFileSync(join(s, 'display'), ':0.0\n', { mode: 0o644 });
    await serve(join(s, 'x11'));
    expect(table(rig.once(['lent']).out)).toMatchObject({
      display: 'OK',
      display_abstract: 'ECONNREFUSED',
    });
  });

  test.each(['x', '', ':0\n', ':0.0', ':0.0\nX=1\n', 'host:0.0\n', '/tmp/x\n', `:0.${'1'.repeat(20)}\n`])(
    'a name of it that is none starts nothing: %j',
    (name) => {
      const session = `named-${Buffer.from(name).toString('hex')}`;
      const s = rig.make(session.slice(0, 60), { program: 'ssh' });
      writeFileSync(join(s, 'display'), name, { mode: 0o644 });
      expect(rig.once([session.slice(0, 60)])).toMatchObject({
        code: 125,
        err: 'postern-inside: display: malformed\n',
      });
    },
  );

  async function login(session: string, level: '3' | '1'): Promise<LoginHost> {
    const s = rig.make(session, { program: 'share', level, gid: `${SHADOW}` });
    const deep = level === '3';
    const host = new LoginHost(s, target.port, target.hostKey);
    const inside = deep ? '/bin/inside' : join(rig.run, 'bin/postern-inside');
    writeFileSync(join(s, 'ssh_config'), `${loginConfig(user, deep ? '/s' : s, inside)}${FORWARDED}`, {
      mode: 0o644,
    });
    writeFileSync(join(s, 'display'), ':0.3\n', { mode: 0o644 });
    const one = await rig.host();
    one.do({ do: 'pipes', box: rig.box, args: [session] });
    await until(
      () => host.up,
      10_000,
      () => one.out,
    );
    return host;
  }

  test('over a login: for the channel that asks, its screen, and first words with a cookie that the target never saw', async () => {
    const host = await login('windows', '3');
    let heard = Buffer.alloc(0);
    host.answer('x11', (socket) => {
      socket.on('data', (bytes: Buffer) => {
        heard = Buffer.concat([heard, bytes]);
        if (heard.length >= 52) socket.end('seen\n');
      });
    });
    const says = x11Program(target.folder);
    const shown = 'echo "$DISPLAY $(xauth -q list "$DISPLAY" | sed "s/.* //")"';
    host.ask('1', 'e', 'echo "[$DISPLAY]"');
    host.ask('2', 'e', `${shown}; ${says('more')}`, ' x');
    await host.over('1 end');
    expect(host.said('1 out')).toBe('[]\n');
    await host.over('2 end');
    const [, cookie = '', seen] =
      /^localhost:\d+\.3 ([0-9a-f]{32})\n(seen)\n$/.exec(host.said('2 out')) ?? [];
    expect(seen).toBe('seen');
    expect(heard.toString('latin1', 12, 30)).toBe('MIT-MAGIC-COOKIE-1');
    expect(heard.toString('latin1', 48)).toBe('more\n');
    expect(heard.toString('hex', 32, 48)).not.toBe(cookie);
    // and with another cookie nobody comes this far
    heard = Buffer.alloc(0);
    host.ask('3', 'e', `COOKIE=${'00'.repeat(16)} ${says('more')}`, ' x');
    await host.over('3 end');
    expect(heard).toHaveLength(0);
    host.close();
  }, 40_000);

  test.skipIf(!hasWrapper)(
    'below level 3 ssh is told of none, even where one is asked for',
    async () => {
      const host = await login('no-windows', '1');
      host.ask('1', 'e', 'echo "[$DISPLAY]"', ' x');
      await host.over('1 end');
      expect(host.said('1 out')).toBe('[]\n');
      host.close();
    },
    30_000,
  );
});
