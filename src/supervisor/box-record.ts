import type { IsolationLevel } from '#/domain/session.js';

/** Everything that postern-box needs to know of one session, as text files; their format is in native/README.md. */
export interface BoxRecord {
  readonly level: IsolationLevel;
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  /** The profile; empty: none, the box gets an empty home of its own. */
  readonly home: string;
  readonly program: 'ssh' | 'command' | 'share' | 'probe' | 'selftest';
  /** Largest file that the client may write, in bytes. */
  readonly fsize: number;
  readonly term: string;
  readonly lang: string;
  /** Directory of the session's sockets. */
  readonly session: string;
}

/** Names and contents of the files of a box. `binds`: host file and its place in the box. */
export function boxFiles(record: BoxRecord, binds: readonly Bind[]): Readonly<Record<string, string>> {
  const lines = Object.entries({ ...record, level: record.level }).map(([key, value]) => `${key}=${value}`);
  return {
    record: text(lines),
    passwd: text([
      `root:x:0:0:root:/:/usr/sbin/nologin`,
      `${record.name}:x:${record.uid}:${record.gid}:${record.name}:/home/${record.name}:/bin/inside`,
    ]),
    group: text(['root:x:0:', `${record.name}:x:${record.gid}:`]),
    'nsswitch.conf': text(['passwd: files', 'group: files', 'hosts: files']),
    binds: text(binds.map(({ source, inside }) => `${source}\t${inside}`)),
  };
}

export interface Bind {
  readonly source: string;
  readonly inside: string;
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
