import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import type { IsolationLevel } from '#/domain/session.js';
import type { Bind } from './box-record.js';

export const SSH = '/usr/bin/ssh';
/** Below level 3 a uid has no name of its own; this library gives it one. */
const WRAPPERS = [
  '/usr/lib/x86_64-linux-gnu/libnss_wrapper.so',
  '/usr/lib/aarch64-linux-gnu/libnss_wrapper.so',
  '/usr/lib64/libnss_wrapper.so',
];

/** The client program and the libraries that it is linked to: all that a box holds of the host's files. */
export function sshBinds(level: IsolationLevel): readonly Bind[] {
  if (!existsSync(SSH)) throw new Error(`openssh-client is not installed: there is no ${SSH}`);
  const wrapper = level < 3 ? WRAPPERS.filter((path) => existsSync(path)) : [];
  if (wrapper.length === 0 && (level === 1 || level === 2))
    throw new Error('libnss-wrapper is not installed: ssh refuses uids without a name');
  const listed = execFileSync('ldd', [SSH], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  });
  return [SSH, ...librariesIn(listed), ...wrapper].map((inside) => ({
    source: realpathSync(inside),
    inside,
  }));
}

/** Paths in the output of ldd(1): "name => /path (0x…)" and "/path (0x…)". */
export function librariesIn(listed: string): readonly string[] {
  return listed
    .split('\n')
    .flatMap((line) => /^\t(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? []);
}
