import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rawBytes } from '#/domain/raw-text.js';

/** The directory of one session, which is /s in its box. Ours alone until the box lets its shadow in (0710). */
export interface SessionDirectory {
  readonly path: string;
  socket(
    name:
      | 'ask'
      | 'agent'
      | 'dial'
      | 'hostkey'
      | 'up'
      | 'share'
      | 'channel'
      | 'lent'
      | 'x11'
      | `back-${string}`,
  ): string;
  write(name: 'ssh_config' | 'probe_config' | 'command' | 'display', text: string): void;
  remove(): void;
}

/** `host` is the number of the session host: what a killed one leaves behind, its successor knows by it. */
export function makeSessionDirectory(options: {
  readonly sessions: string;
  readonly sessionId: string;
  readonly host: number;
}): SessionDirectory {
  const path = join(options.sessions, options.sessionId);
  const mark = join(options.sessions, `${markOf(options.host)}${options.sessionId}`);
  const remove = (): void => {
    rmSync(path, { recursive: true, force: true });
    rmSync(mark, { force: true });
  };
  remove();
  writeFileSync(mark, '');
  mkdirSync(path, { mode: 0o700 });
  return {
    path,
    socket: (name) => join(path, name),
    write(name, text) {
      const file = join(path, name);
      rmSync(file, { force: true });
      // as the bytes that came from the client
      writeFileSync(file, rawBytes(text), { mode: 0o444 });
      chmodSync(file, 0o444);
    },
    remove,
  };
}

/** Removes what this host's predecessor left behind when it was killed; gives the ids of its sessions. */
export function sweepSessionDirectories(sessions: string, host: number): readonly string[] {
  const left = readdirSync(sessions).filter((name) => name.startsWith(markOf(host)));
  const ids = left.map((name) => name.slice(markOf(host).length));
  for (const name of [...ids, ...left]) rmSync(join(sessions, name), { recursive: true, force: true });
  return ids;
}

function markOf(host: number): string {
  return `.host-${host}.`;
}
