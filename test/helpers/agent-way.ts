import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Postern, startPostern } from './postern.ts';
import { quietSsh } from './quiet-ssh.ts';
import { returnsOf } from './returns-of.ts';
import { Screen } from './ssh-screen.ts';
import { startTarget, type Target } from './target.ts';
import { keyOf, prepare } from './walk.ts';

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** A person with an agent, on her way to a target that takes the one key that only this agent has. */
export interface AgentWay {
  readonly postern: Postern;
  readonly target: Target;
  readonly folder: string;
  /** The ssh user name that leads to the target. */
  readonly to: string;
  readonly allow: (yes: boolean) => Promise<unknown>;
  readonly run: (command: string, options?: readonly string[], where?: string) => Promise<Ran>;
  readonly terminal: (options: readonly string[]) => Screen;
  /** What the newest recording has of uses of the agent, when it is complete. */
  readonly uses: () => Promise<readonly string[]>;
  remove(): Promise<void>;
}

export async function openAgentWay(): Promise<AgentWay> {
  const running: ChildProcess[] = [];
  const screens: Screen[] = [];
  const [postern, target] = await Promise.all([startPostern(), startTarget()]);
  const { accountId } = await prepare(postern, target);
  const identity = await keyOf(postern, 'alice');
  const folder = mkdtempSync(join(tmpdir(), 'postern-agent-'));
  const [agent, own] = [join(folder, 'agent'), join(folder, 'own')];
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'of-the-agent', '-f', own]);
  running.push(spawn('ssh-agent', ['-D', '-a', agent], { stdio: 'ignore' }));
  const env = { ...process.env, SSH_AUTH_SOCK: agent };
  await eventually('the agent', () => spawnSync('ssh-add', ['-q', own], { env }).status === 0);
  writeFileSync(join(target.folder, 'keys/admin60'), readFileSync(`${own}.pub`), { mode: 0o644 });
  const to = `alice%admin60%127.0.0.1#${target.port}`;
  const plain = quietSsh(postern, identity);
  return {
    ...{ postern, target, folder, to },
    allow: (yes) => postern.json(['account', 'set', accountId, 'agentForwarding', yes ? 'yes' : 'no']),
    async run(command, options = [], where = to) {
      const child = spawn('ssh', [...plain, '-T', ...options, `${where}@127.0.0.1`, command], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env,
      });
      running.push(child);
      const said = { out: '', err: '' };
      child.stdout.on('data', (bytes: Buffer) => (said.out += bytes.toString()));
      child.stderr.on('data', (bytes: Buffer) => (said.err += bytes.toString()));
      const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
      return { status, ...said };
    },
    terminal(options) {
      const screen = new Screen('ssh', [...plain, '-tt', ...options, `${to}@127.0.0.1`], {
        env: { SSH_AUTH_SOCK: agent },
      });
      screens.push(screen);
      return screen;
    },
    uses: () => returnsOf(postern, 'agent'),
    async remove() {
      for (const one of running) one.kill();
      for (const screen of screens) screen.kill();
      await postern.remove();
      await target.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
