import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, StepFailed, say } from './run.mjs';

/** `file` is how the need is seen on a system without dpkg: a command on PATH, or a path. */
const needs = [
  {
    name: 'bubblewrap',
    file: 'bwrap',
    when: 'always',
    why: 'the box around each client program',
    without: 'no session can be boxed: isolation level 3 is out of reach',
  },
  {
    name: 'openssh-client',
    file: 'ssh',
    when: 'always',
    why: 'the client for SSH targets',
    without: 'SSH targets cannot be reached',
  },
  {
    name: 'libnss-wrapper',
    file: libraryPath('libnss_wrapper.so'),
    when: 'always',
    why: 'names for uids that the host does not know',
    without: 'clients in a box without its own passwd file show numbers for names',
  },
  {
    name: 'make',
    file: 'make',
    when: 'building',
    why: 'to build node-pty and native/',
    without: 'nothing can be compiled',
  },
  {
    name: 'g++',
    file: 'g++',
    when: 'building',
    why: 'to build node-pty and native/',
    without: 'nothing can be compiled',
  },
  {
    name: 'python3',
    file: 'python3',
    when: 'building',
    why: 'to build node-pty',
    without: 'node-pty cannot be compiled',
  },
  {
    name: 'openssh-server',
    file: '/usr/sbin/sshd',
    when: 'testing',
    why: 'targets in the tests',
    without: 'the scenarios fail',
  },
  {
    name: 'openssh-sftp-server',
    file: '/usr/lib/openssh/sftp-server',
    when: 'testing',
    why: 'file transfers in the tests',
    without: 'the tests of file transfers fail',
  },
  {
    name: 'tmux',
    file: 'tmux',
    when: 'testing',
    why: 'a program with a full screen, for the tests',
    without: 'the scenarios with tmux fail',
  },
  {
    name: 'vim',
    file: 'vim',
    when: 'testing',
    why: 'a full-screen program whose picture must come back exactly, in the tests',
    without: 'the scenarios in vim fail',
  },
  {
    name: 'openssl',
    file: 'openssl',
    when: 'testing',
    why: 'makes certificates and password hashes for the tests',
    without: 'the tests with a directory or with targets fail',
  },
  {
    name: 'asciinema',
    file: 'asciinema',
    when: 'testing',
    why: 'plays exported recordings in the tests',
    without: 'the export scenarios fail',
  },
  {
    name: 'slapd',
    file: '/usr/sbin/slapd',
    when: 'testing',
    why: 'directories in the tests; its service is never started',
    without: 'the scenarios and tests with a directory fail',
  },
  {
    name: 'ldap-utils',
    file: 'ldapmodify',
    when: 'testing',
    why: 'changes directories in the tests',
    without: 'the scenarios and tests with a directory fail',
  },
  {
    name: 'rsync',
    file: 'rsync',
    when: 'testing',
    why: 'copies trees through the bastion in the tests',
    without: 'the scenario with channels fails',
  },
  {
    name: 'git',
    file: 'git',
    when: 'testing',
    why: 'clones and pushes through the bastion in the tests',
    without: 'the scenario with channels fails',
  },
  {
    name: 'procps',
    file: 'ps',
    when: 'testing',
    why: 'ps, for looking around inside a box',
    without: 'some scenarios fail',
  },
  {
    name: 'oathtool',
    file: 'oathtool',
    when: 'testing',
    why: 'a second implementation of one-time codes, for the tests',
    without: 'the tests of one-time codes fail',
  },
  {
    name: 'xauth',
    file: 'xauth',
    when: 'testing',
    why: 'what programs with windows prove themselves with, for the tests',
    without: 'the scenario with windows fails',
  },
  {
    name: 'htop',
    file: 'htop',
    when: 'assuring',
    why: 'a full-screen program that is looked at, in the tests',
    without: 'the tests with full-screen programs fail',
  },
  {
    name: 'mc',
    file: 'mc',
    when: 'assuring',
    why: 'a full-screen program that is looked at, in the tests',
    without: 'the tests with full-screen programs fail',
  },
  {
    name: 'nano',
    file: 'nano',
    when: 'assuring',
    why: 'a full-screen program that is looked at, in the tests',
    without: 'the tests with full-screen programs fail',
  },
  {
    name: 'less',
    file: 'less',
    when: 'assuring',
    why: 'a full-screen program that is looked at, in the tests',
    without: 'the tests with full-screen programs fail',
  },
  ...[
    ['xvfb', 'Xvfb', 'a display without a screen'],
    ['x11-utils', 'xdpyinfo', 'programs that ask a display what is on it'],
    ['x11-apps', 'xclock', 'programs with windows'],
  ].map(([name, file, why]) => ({
    name,
    file,
    when: 'assuring',
    why,
    without: 'the longer tests of windows fail',
  })),
  {
    name: 'chromium',
    file: 'chromium',
    when: 'assuring',
    why: 'a browser without a window, for the page that shows recordings',
    without: 'the tests of web replay fail',
  },
  {
    name: 'dropbear-bin',
    file: 'dbclient',
    when: 'assuring',
    why: "Dropbear's client",
    without: 'the longer tests of clients fail',
  },
  {
    name: 'putty-tools',
    file: 'plink',
    when: 'assuring',
    why: "PuTTY's clients",
    without: 'the longer tests of clients fail',
  },
  {
    name: 'python3-paramiko',
    file: '/usr/lib/python3/dist-packages/paramiko/__init__.py',
    when: 'assuring',
    why: 'a client library of Python',
    without: 'the longer tests of clients fail',
  },
  {
    name: 'python3-asyncssh',
    file: '/usr/lib/python3/dist-packages/asyncssh/__init__.py',
    when: 'assuring',
    why: 'another one',
    without: 'the longer tests of clients fail',
  },
  {
    name: 'libssh-dev',
    file: '/usr/include/libssh/libssh.h',
    when: 'assuring',
    why: 'a client library of C',
    without: 'the longer tests of clients fail',
  },
  {
    name: 'sshfs',
    file: 'sshfs',
    when: 'assuring',
    why: 'mounts over sftp',
    without: 'the longer tests of clients fail',
  },
  {
    name: 'ansible-core',
    file: '/usr/bin/ansible',
    when: 'assuring',
    why: 'many hosts at once',
    without: 'the longer tests of clients fail',
  },
  {
    name: 'debootstrap',
    file: '/usr/sbin/debootstrap',
    when: 'assuring',
    why: 'a newer Debian, for its OpenSSH client',
    without: 'the longer tests of clients fail',
  },
  {
    name: 'openssh-tests',
    file: '/usr/lib/openssh/regress/run-tests',
    when: 'assuring',
    why: "OpenSSH's own regression tests",
    without: 'the longer tests of clients fail',
  },
  ...['samba', 'samba-ad-provision', 'samba-dsdb-modules', 'samba-vfs-modules'].map((name) => ({
    name,
    file: '/usr/sbin/samba',
    when: 'assuring',
    why: 'an Active Directory for the longer tests; its services are never started',
    without: 'the tests against an Active Directory are skipped',
  })),
  {
    name: 'zsh',
    file: 'zsh',
    when: 'assuring',
    why: 'a shell whose commands are read from the screen',
    without: 'the assurance of commands fails',
  },
  {
    name: 'fish',
    file: 'fish',
    when: 'assuring',
    why: 'a shell whose commands are read from the screen',
    without: 'the assurance of commands fails',
  },
];

/** Installs what is missing when it can; otherwise says what is missing, how to get it and what works less, and goes on. */
export async function bringPackages({ forTests, forAssurance = false, forBuilding }) {
  const wanted = needs.filter(
    ({ when }) =>
      when === 'always' ||
      (when === 'testing' && forTests) ||
      (when === 'assuring' && forAssurance) ||
      (when === 'building' && forBuilding),
  );
  let missing = missingOf(wanted);
  if (missing.length === 0) return;
  const onDebian = existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-query');
  const mayInstall = onDebian && process.getuid?.() === 0 && process.env.POSTERN_SETUP_APT !== 'no';
  if (mayInstall) {
    say(`installing Debian packages: ${missing.map(({ name, why }) => `${name} (${why})`).join(', ')}`);
    await install(missing.map(({ name }) => name));
    missing = missingOf(wanted);
  }
  for (const { name, without } of missing) say(`missing: ${name}. Without it ${without}`);
  if (missing.length === 0 || !onDebian) return;
  say(
    `to install: ${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install ${missing.map(({ name }) => name).join(' ')}`,
  );
}

function missingOf(wanted) {
  const asked = spawnSync(
    'dpkg-query',
    ['-W', '-f', '${db:Status-Status} ${Package}\n', ...wanted.map(({ name }) => name)],
    {
      encoding: 'utf8',
    },
  );
  if (asked.error) return wanted.filter(({ file }) => !isThere(file));
  const installed = new Set(
    asked.stdout
      .split('\n')
      .map((line) => line.split(' '))
      .flatMap(([status, name]) => (status === 'installed' ? [name] : [])),
  );
  return wanted.filter(({ name }) => !installed.has(name));
}

/** Failing is not the end: what is missing then is said, and what can work works. */
async function install(names) {
  // Never killed in the middle: half an installation is worse than a late one.
  const how = { env: { DEBIAN_FRONTEND: 'noninteractive' }, mayBeKilled: false };
  const wait = ['-o', 'DPkg::Lock::Timeout=120'];
  const apt = (...args) => run('installing Debian packages', ['apt-get', ...wait, ...args], '', how);
  const bring = () => apt('install', '-y', '--no-install-recommends', ...names);
  const lift = forbidServiceStarts();
  try {
    await apt('update').catch(show);
    try {
      await bring();
    } catch (error) {
      if (!(error instanceof StepFailed) || !/dpkg --configure -a/.test(error.message)) throw error;
      say('finishing an interrupted installation of Debian packages first');
      await run('finishing dpkg', ['dpkg', '--configure', '-a'], '', how);
      await bring();
    }
  } catch (error) {
    show(error);
  } finally {
    lift();
  }
}

function show(error) {
  if (!(error instanceof StepFailed)) throw error;
  if (!error.message) throw error; // interrupted
  process.stderr.write(`${error.message.trimEnd()}\n`);
}

const policy = '/usr/sbin/policy-rc.d';
const signature = '# Written by the set-up of Postern; removed when the installation ends. Owner: process';

/**
 * Debian starts a service when its package is installed; a test's sshd has no business running on the host.
 * A policy that somebody else wrote is left alone; one that a killed run of ours left behind is taken over.
 */
function forbidServiceStarts() {
  if (existsSync(policy)) {
    const owner = new RegExp(`^${signature} (\\d+)$`, 'm').exec(readFileSync(policy, 'utf8'))?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) return () => {};
    rmSync(policy);
  }
  writeFileSync(policy, `#!/bin/sh\n${signature} ${process.pid}\nexit 101\n`, { mode: 0o755, flag: 'wx' });
  return () => rmSync(policy, { force: true });
}

function isThere(file) {
  if (file.startsWith('/')) return existsSync(file);
  return `${process.env.PATH}:/usr/sbin`.split(delimiter).some((folder) => existsSync(join(folder, file)));
}

function libraryPath(name) {
  const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'];
  return join(folders.find((folder) => existsSync(join(folder, name))) ?? '/usr/lib', name);
}
