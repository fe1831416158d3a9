/** Every client that the matrix knows, and how it is asked for the operations. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fingerprintAt, type TwoWays, type Way } from '../helpers/two-ways.ts';

type Words = readonly [string, ...string[]];

export interface Client {
  readonly name: string;
  /** Null: it runs no commands. */
  readonly exec: ((way: Way, command: string) => Words) | null;
  readonly put: (way: Way, local: string, remote: string) => Words;
  readonly get: (way: Way, remote: string, local: string) => Words;
  /** What the client gets on standard input in the place of a file's path (psftp's batch). */
  readonly env: (way: Way) => Readonly<Record<string, string>>;
}

const HERE = import.meta.dirname;
/** Not the first python of PATH: Debian's packages belong to Debian's. */
const PYTHON = '/usr/bin/python3';

/** Makes keys in the forms that some of them want, and builds what has to be built. */
export function everyClient(ways: TwoWays): readonly Client[] {
  const { folder, identity, config } = ways;
  const dropbearKey = join(folder, 'id.dropbear');
  const ppk = join(folder, 'id.ppk');
  const libssh = join(folder, 'libssh-client');
  quietly('dropbearconvert', 'openssh', 'dropbear', identity, dropbearKey);
  quietly('puttygen', identity, '-O', 'private', '-o', ppk);
  quietly('gcc', '-Wall', '-O1', '-o', libssh, join(HERE, 'libssh_client.c'), '-lssh');

  const none = () => ({});
  const plainEnv = (way: Way) => {
    const { port, user } = ways.host(way);
    return { HOST_PORT: String(port), HOST_USER: user, HOST_KEY: identity };
  };
  const keys = {
    via: fingerprintAt(ways.host('via').port),
    straight: fingerprintAt(ways.host('straight').port),
  };
  const putty = (way: Way): string[] => {
    const { port, user } = ways.host(way);
    return ['-batch', '-hostkey', keys[way], '-i', ppk, '-P', String(port), '-l', user];
  };
  const dropbear = (way: Way): string[] => {
    const { port, user } = ways.host(way);
    return ['-q', '-y', '-y', '-i', dropbearKey, '-p', String(port), '-l', user];
  };
  const library = (name: string, program: Words, up = 'put', down = 'get'): Client => ({
    name,
    exec: up === 'put' ? (_way, command) => [...program, 'exec', command] : null,
    put: (_way, local, remote) => [...program, up, local, remote],
    get: (_way, remote, local) => [...program, down, remote, local],
    env: plainEnv,
  });
  const openssh = (name: string, copy: readonly string[]): Client => ({
    name,
    exec: null,
    put: (way, local, remote) => ['scp', ...copy, '-q', '-F', config, local, `${way}:${remote}`],
    get: (way, remote, local) => ['scp', ...copy, '-q', '-F', config, `${way}:${remote}`, local],
    env: none,
  });
  const pscp = (name: string, kind: string): Client => ({
    name,
    exec: null,
    put: (way, local, remote) => ['pscp', kind, '-q', ...putty(way), local, `127.0.0.1:${remote}`],
    get: (way, remote, local) => ['pscp', kind, '-q', ...putty(way), `127.0.0.1:${remote}`, local],
    env: none,
  });
  const batch = (program: string, line: string): Words => [
    'sh',
    '-c',
    `printf '%s\\n' "$1" | ${program}`,
    'sh',
    line,
  ];

  return [
    {
      ...openssh('ssh and scp of OpenSSH', []),
      exec: (way, command) => ['ssh', '-F', config, '-T', way, command],
    },
    openssh('scp as it was (-O)', ['-O']),
    {
      name: 'sftp of OpenSSH',
      exec: null,
      put: (way, local, remote) => batch(`sftp -q -F ${config} -b - ${way}`, `put ${local} ${remote}`),
      get: (way, remote, local) => batch(`sftp -q -F ${config} -b - ${way}`, `get ${remote} ${local}`),
      env: none,
    },
    {
      name: "Dropbear's dbclient (rsync over it)",
      exec: (way, command) => ['dbclient', ...dropbear(way), '127.0.0.1', command],
      put: (way, local, remote) => [
        'rsync',
        '-e',
        `dbclient ${dropbear(way).join(' ')}`,
        local,
        `127.0.0.1:${remote}`,
      ],
      get: (way, remote, local) => [
        'rsync',
        '-e',
        `dbclient ${dropbear(way).join(' ')}`,
        `127.0.0.1:${remote}`,
        local,
      ],
      env: none,
    },
    {
      ...pscp("PuTTY's plink and pscp", '-sftp'),
      exec: (way, command) => ['plink', ...putty(way), '127.0.0.1', command],
    },
    pscp("PuTTY's pscp -scp", '-scp'),
    {
      name: "PuTTY's psftp",
      exec: null,
      put: (way, local, remote) =>
        batch(`psftp ${putty(way).join(' ')} -b /dev/stdin 127.0.0.1`, `put ${local} ${remote}`),
      get: (way, remote, local) =>
        batch(`psftp ${putty(way).join(' ')} -b /dev/stdin 127.0.0.1`, `get ${remote} ${local}`),
      env: none,
    },
    library('paramiko', [PYTHON, join(HERE, 'paramiko_client.py')]),
    library('asyncssh', [PYTHON, join(HERE, 'asyncssh_client.py')]),
    library('asyncssh, scp', [PYTHON, join(HERE, 'asyncssh_client.py')], 'scp-put', 'scp-get'),
    library('libssh', [libssh]),
    library('ssh2', [process.execPath, join(HERE, 'ssh2-client.mjs')]),
    {
      name: 'rsync over ssh',
      exec: null,
      put: (way, local, remote) => ['rsync', '-a', '-e', `ssh -F ${config}`, local, `${way}:${remote}`],
      get: (way, remote, local) => ['rsync', '-a', '-e', `ssh -F ${config}`, `${way}:${remote}`, local],
      env: none,
    },
  ];
}

function quietly(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
