import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Target, waitForPort } from '../helpers/target.ts';

export interface Peer {
  readonly name: string;
  readonly args: readonly string[];
}

export interface Peers {
  readonly list: readonly Peer[];
  stop(): void;
}

const QUIET = [
  '-F',
  'none',
  '-tt',
  '-o',
  'StrictHostKeyChecking=no',
  '-o',
  'UserKnownHostsFile=/dev/null',
  '-o',
  'LogLevel=ERROR',
  '-o',
  'IdentitiesOnly=yes',
];

/** What a user would pick instead: direct ssh, and sshd with ForceCommand ssh, without and with script(1) as the recorder. */
export async function startPeers(target: Target, user: string, identity: string): Promise<Peers> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-peers-'));
  const toTarget = [...QUIET, '-i', identity, '-p', String(target.port), `${user}@127.0.0.1`];
  const line = `ssh ${toTarget.join(' ')}`;
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')]);
  execFileSync('cp', [`${identity}.pub`, join(folder, 'authorized')]);
  const pids: number[] = [];
  const bastion = async (name: string, command: string): Promise<Peer> => {
    const port = await freePort();
    const config = join(folder, `${name}.conf`);
    writeFileSync(
      config,
      `ListenAddress 127.0.0.1\nPort ${port}\nHostKey ${folder}/host\nAuthorizedKeysFile ${folder}/authorized\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\nLogLevel ERROR\nForceCommand ${command}\n`,
    );
    const child = spawn('/usr/sbin/sshd', ['-D', '-f', config], {
      stdio: 'ignore',
      env: { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
    });
    if (child.pid !== undefined) pids.push(child.pid);
    await waitForPort(port);
    return { name, args: [...QUIET, '-i', identity, '-p', String(port), 'root@127.0.0.1'] };
  };
  const list = [
    { name: 'direct ssh', args: toTarget },
    await bastion('ForceCommand ssh', line),
    await bastion('ForceCommand ssh + script(1)', `script -q -f -c '${line}' ${folder}/script.$$.out`),
  ];
  return {
    list,
    stop() {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
