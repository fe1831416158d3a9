import type { runPaths } from '#/contract/sockets.js';
import type { ServiceAccount } from '#/house/service-accounts.js';
import { type Command, DROPPED, identity, nodeCommand } from './child-command.js';

/** What of /etc a shell on the demo target needs to look like a machine. */
const ETC = [
  'ld.so.cache',
  'alternatives',
  'bash.bashrc',
  'profile',
  'terminfo',
  'debian_version',
  'os-release',
  'localtime',
];

/** The demo target is a machine of its own as far as it can see: own files, own processes, no network but the port it was given. */
export function demoCommand({
  run,
  account,
  memoryMb,
}: {
  readonly run: ReturnType<typeof runPaths>;
  readonly account: ServiceAccount;
  readonly memoryMb: number;
}): Command {
  const { uid, gid } = account;
  const box = [
    ...[
      '--unshare-net',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--unshare-cgroup-try',
      '--die-with-parent',
      '--hostname',
      'demo',
    ],
    ...[
      '--ro-bind',
      '/usr',
      '/usr',
      '--symlink',
      'usr/bin',
      '/bin',
      '--symlink',
      'usr/sbin',
      '/sbin',
      '--symlink',
      'usr/lib',
      '/lib',
    ],
    ...['--ro-bind-try', '/lib64', '/lib64', '--perms', '0755', '--dir', '/etc'],
    ...ETC.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...[
      '--ro-bind',
      `${run.home}/demo/passwd`,
      '/etc/passwd',
      '--ro-bind',
      `${run.home}/demo/group`,
      '/etc/group',
    ],
    ...[
      '--ro-bind',
      `${run.home}/demo`,
      '/demo',
      '--perms',
      '0755',
      '--dir',
      '/house',
      '--ro-bind',
      run.house,
      '/house',
    ],
    ...[
      '--perms',
      '0755',
      '--dir',
      '/home',
      '--perms',
      '0755',
      '--dir',
      '/run',
      '--proc',
      '/proc',
      '--dev',
      '/dev',
    ],
    ...[
      '--perms',
      '1777',
      '--size',
      '33554432',
      '--tmpfs',
      '/tmp',
      '--perms',
      '1777',
      '--size',
      '33554432',
      '--tmpfs',
      '/home/demo',
      '--chdir',
      '/',
    ],
  ];
  const node = nodeCommand('/house', 'demo', memoryMb);
  const limits = ['prlimit', '--nproc=256:256', '--fsize=16777216:16777216', '--nofile=512:512'];
  return {
    command: 'bwrap',
    args: [...box, '--', ...limits, 'setpriv', ...identity(uid, gid), ...DROPPED, '--', ...node],
    env: { NODE_ENV: 'production', LANG: 'C.UTF-8', PATH: '/usr/bin:/bin', HOME: '/home/demo' },
  };
}
