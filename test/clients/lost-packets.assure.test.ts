/** A peer behind a cable that somebody cuts: nothing is refused or closed, packets just do not arrive any more. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Postern, startPostern } from '../helpers/postern.ts';
import { freePort, startTarget, type Target } from '../helpers/target.ts';
import { ACCOUNT_PASSWORD, keyOf, prepare, SAFE } from '../helpers/walk.ts';

const ASK_EVERY = 2;
/** Three questions without an answer, and what this machine may need beside. */
const NOTICED = ASK_EVERY * 4 + 6;
const [NEAR, FAR] = ['10.231.77.1', '10.231.77.2'];
const PLACE = `pt${process.pid}`;
const ACCOUNT = 'wired60';
const WIRE = [`${PLACE}a`, `${PLACE}b`] as const;

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
const there = (...args: string[]): string[] => ['netns', 'exec', PLACE, ...args];
const hasWires = ((): boolean => {
  try {
    ip('netns', 'add', `${PLACE}x`);
    ip('netns', 'del', `${PLACE}x`);
    return true;
  } catch {
    return false;
  }
})();

describe.runIf(hasWires)('when packets do not arrive any more', () => {
  let postern: Postern;
  let target: Target;
  let identity: string;
  let farPort: number;
  let farSshd: ReturnType<typeof spawn>;

  beforeAll(async () => {
    ip('netns', 'add', PLACE);
    ip('link', 'add', WIRE[0], 'type', 'veth', 'peer', 'name', WIRE[1], 'netns', PLACE);
    ip('addr', 'add', `${NEAR}/30`, 'dev', WIRE[0]);
    ip('link', 'set', WIRE[0], 'up');
    ip(...there('ip', 'link', 'set', WIRE[1], 'up'));
    plug();
    // it goes on sending: who asks for the address of a machine that is gone would be told so
    const mac = /link\/ether (\S+)/.exec(ip(...there('ip', 'link', 'show', WIRE[1])))?.[1] ?? '';
    ip('neigh', 'replace', FAR, 'lladdr', mac, 'dev', WIRE[0], 'nud', 'permanent');
    [postern, target] = await Promise.all([
      startPostern({ config: { keepAliveSeconds: ASK_EVERY }, env: { POSTERN_LISTEN: `${NEAR}:0` } }),
      startTarget(),
    ]);
    await prepare(postern, target, { user: ACCOUNT });
    identity = await keyOf(postern, 'alice');
    farPort = await freePort();
    const config = join(target.folder, 'far_config');
    writeFileSync(
      config,
      readFileSync(join(target.folder, 'sshd_config'), 'utf8')
        .replace(/^Port .*$/m, `Port ${farPort}`)
        .replace(/^ListenAddress .*$/m, `ListenAddress ${FAR}`)
        .replace(/^PidFile .*$/m, 'PidFile none'),
    );
    farSshd = spawn('ip', there('/usr/sbin/sshd', '-D', '-f', config), { stdio: 'ignore' });
    const account = ['--safe', SAFE, '--platform', 'UnixSSH', '--address', FAR, '--port', String(farPort)];
    await postern.json(
      ['account', 'add', ...account, '--user', ACCOUNT, '--password-stdin', '--host-key', target.hostKey],
      ACCOUNT_PASSWORD,
    );
  }, 120_000);
  afterEach(() => plug());
  afterAll(async () => {
    farSshd?.kill('SIGKILL');
    await postern?.remove();
    await target?.stop();
    ip('link', 'del', WIRE[0]);
    ip('netns', 'del', PLACE);
  });

  function plug(): void {
    ip(...there('ip', 'addr', 'replace', `${FAR}/30`, 'dev', WIRE[1]));
  }
  /** What comes for it now is for nobody, and is dropped without a word. */
  function cut(): void {
    ip(...there('ip', 'addr', 'del', `${FAR}/30`, 'dev', WIRE[1]));
  }
  const running = async (): Promise<number> => (await postern.json<unknown[]>(['sessions', 'list'])).length;

  /** ssh to Postern, with something that runs and says so. */
  async function begun(where: readonly [string, ...string[]], account: string) {
    const options = [
      'BatchMode=yes',
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
    ];
    const [command, ...before] = where;
    const child = spawn(
      command,
      [
        ...before,
        ...['-F', 'none', '-T', '-i', identity, '-p', String(postern.port)],
        ...options.flatMap((one) => ['-o', one]),
        ...['-l', `alice%${account}`, NEAR, 'echo here; exec cat'],
      ],
      { stdio: 'pipe' },
    );
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
    const over = new Promise<number | null>((resolve) => child.once('close', resolve));
    await eventually('the session', () => Buffer.concat(out).includes('here'));
    return { child, over, err: () => Buffer.concat(err).toString() };
  }

  test('the client: its session ends within the configured time', async () => {
    const { child, over } = await begun(['ip', ...there('ssh')], `${ACCOUNT}%127.0.0.1#${target.port}`);
    expect(await running()).toBe(1);
    cut();
    await eventually('its session to end', async () => (await running()) === 0, NOTICED);
    child.kill('SIGKILL');
    await over;
  });

  test('the target: the person is told within the configured time', async () => {
    const { over, err } = await begun(['ssh'], `${ACCOUNT}%${FAR}#${farPort}`);
    const at = Date.now();
    cut();
    expect(await over).toBe(255);
    expect(Date.now() - at).toBeLessThan(NOTICED * 1000);
    expect(err()).toMatch(/^postern: .*target.*lost.*does not answer any more/m);
  });
});
