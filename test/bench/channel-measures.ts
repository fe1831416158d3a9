import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Target, waitForPort } from '../helpers/target.ts';
import { median } from './driver.ts';

export interface ChannelBench {
  readonly target: Target;
  /** Account on the target, and its private key, which opens the hop and Postern too. */
  readonly user: string;
  readonly identity: string;
  readonly posternPort: number;
  readonly size: {
    readonly execs: number;
    readonly atOnce: number;
    readonly megabytes: number;
    readonly files: number;
    readonly hosts: number;
  };
}

/** Milliseconds through each way. */
export interface ChannelFigure {
  readonly what: string;
  readonly jump: number;
  readonly postern: number;
  readonly bar: number;
}

const WAYS = ['jump', 'postern'] as const;
type Way = (typeof WAYS)[number];

/** What runs without a terminal, through Postern and through ProxyJump over a plain sshd, in turns. */
export async function measureChannels(
  bench: ChannelBench,
  tell: (line: string) => void,
): Promise<readonly ChannelFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-channels-'));
  const hop = await startHop(folder, bench.identity);
  try {
    const config = writeConfig(folder, bench, hop.port);
    const figures: ChannelFigure[] = [];
    for (const [what, bar, measure] of measures(folder, config, bench)) {
      const [jump, postern] = [await measure('jump'), await measure('postern')];
      tell(`${what}: ${jump.toFixed(1)} ms through ProxyJump, ${postern.toFixed(1)} ms through Postern`);
      figures.push({ what, jump, postern, bar });
    }
    return figures;
  } finally {
    process.kill(hop.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

type Measure = readonly [what: string, bar: number, measure: (way: Way) => Promise<number>];

function measures(folder: string, config: string, { size }: ChannelBench): readonly Measure[] {
  const ssh = (...args: string[]): Promise<number> => run('ssh', ['-F', config, ...args]);
  const control = (way: Way): string => join(folder, `control-${way}`);
  const muxed = async (way: Way, work: (args: readonly string[]) => Promise<number>): Promise<number> => {
    await ssh('-M', '-N', '-f', '-S', control(way), way);
    try {
      await ssh('-S', control(way), way, 'true');
      return await work(['-S', control(way), way]);
    } finally {
      await ssh('-S', control(way), '-O', 'exit', way);
    }
  };
  const inARow = async (args: readonly string[]): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < size.execs; i += 1) times.push(await ssh(...args, 'true'));
    return median(times);
  };
  const atOnce = (count: number) => (args: readonly string[]) =>
    timed(() => Promise.all(Array.from({ length: count }, () => ssh(...args, 'true'))));
  const file = join(folder, 'big');
  const tree = join(folder, 'tree');
  const scp: Measure[] = [
    [
      `scp of ${size.megabytes} MB`,
      1 / 0.8,
      async (way) => {
        if (!existsSync(file))
          for (let i = 0; i < size.megabytes; i += 10) grow(file, Math.min(10, size.megabytes - i));
        return await run('scp', ['-q', '-F', config, file, `${way}:big-${way}`]);
      },
    ],
    [
      `scp of ${size.files} small files`,
      1.5,
      async (way) => {
        if (!existsSync(tree)) {
          mkdirSync(tree);
          for (let i = 0; i < size.files; i += 1) writeFileSync(join(tree, `f${i}`), randomBytes(600));
        }
        return await run('scp', ['-q', '-r', '-F', config, tree, `${way}:tree-${way}`]);
      },
    ],
  ];
  const ansible: Measure[] = existsSync('/usr/bin/ansible')
    ? [[`ansible -m ping over ${size.hosts} hosts`, 1.5, (way) => ping(folder, config, way, size.hosts)]]
    : [];
  return [
    [`exec of true, ${size.execs} in a row, each (median)`, 1.5, (way) => inARow([way])],
    [`exec of true, ${size.atOnce} at once, all`, 1.5, (way) => atOnce(size.atOnce)([way])],
    [`the same with ControlMaster, ${size.execs} in a row, each`, 1.5, (way) => muxed(way, inARow)],
    // ten is what the door lets one connection have
    ['the same with ControlMaster, 10 at once, all', 1.5, (way) => muxed(way, atOnce(10))],
    ...scp,
    ...ansible,
  ];
}

function grow(file: string, megabytes: number): void {
  writeFileSync(file, randomBytes(megabytes * 1_000_000), { flag: 'a' });
}

async function ping(folder: string, config: string, way: Way, hosts: number): Promise<number> {
  const inventory = join(folder, 'inventory');
  const names = Array.from({ length: hosts }, (_, i) => `${way}-${String(i).padStart(2, '0')}`);
  writeFileSync(inventory, `${names.join('\n')}\n`);
  return await run('ansible', ['-i', inventory, '-f', String(hosts), '-m', 'ping', 'all'], {
    ANSIBLE_SSH_ARGS: `-F ${config} -o ControlMaster=auto -o ControlPersist=5s`,
    ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, 'cp'),
    ANSIBLE_HOST_KEY_CHECKING: 'False',
    ANSIBLE_LOCAL_TEMP: join(folder, 'ansible'),
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    HOME: folder,
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  return timed(async () => {
    const child = spawn(command, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-2000)));
    // not 'close': ssh -f leaves a child that holds the pipes
    const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${said}`);
  });
}

/** The plain sshd that ProxyJump goes over. */
async function startHop(
  folder: string,
  identity: string,
): Promise<{ readonly port: number; readonly pid: number }> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'hop')]);
  const port = await freePort();
  writeFileSync(
    join(folder, 'hop.conf'),
    `ListenAddress 127.0.0.1\nPort ${port}\nHostKey ${folder}/hop\nAuthorizedKeysFile ${identity}.pub\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\nMaxSessions 100\nMaxStartups 200\nLogLevel ERROR\n`,
  );
  const child = spawn('/usr/sbin/sshd', ['-D', '-f', join(folder, 'hop.conf')], { stdio: 'ignore' });
  await waitForPort(port);
  return { port, pid: child.pid ?? 0 };
}

function writeConfig(folder: string, bench: ChannelBench, hop: number): string {
  const { target, user, identity, posternPort } = bench;
  const file = join(folder, 'config');
  writeFileSync(
    file,
    [
      `Host jump jump-*\n  Port ${target.port}\n  User ${user}\n  ProxyJump hop`,
      `Host hop\n  Port ${hop}\n  User root`,
      `Host postern postern-*\n  Port ${posternPort}\n  User bench%${user}%127.0.0.1#${target.port}`,
      `Host *\n  HostName 127.0.0.1\n  IdentityFile ${identity}\n  IdentitiesOnly yes\n  IdentityAgent none`,
      '  BatchMode yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n',
    ].join('\n'),
  );
  return file;
}
