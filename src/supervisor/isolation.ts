import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runPaths } from '#/contract/sockets.js';
import type { IsolationLevel } from '#/domain/session.js';
import type { ServiceAccount } from '#/house/service-accounts.js';
import { identity } from './child-command.js';
import { closeSessions, openSessions } from './run-directory.js';
import { parseFindings, type Wall, wallsOf } from './selftest-verdict.js';
import { sshBinds } from './ssh-binds.js';
import { forgetBox, writeBox } from './write-box.js';

export interface Trial {
  readonly level: IsolationLevel;
  readonly reached: boolean;
  /** Why it did not even start; null when it ran. */
  readonly failure: string | null;
  readonly walls: readonly Wall[];
}

const SELFTEST = 'selftest';
const TIMEOUT = 10_000;

/** Tries the levels from the strongest down, in a real box started as a session host would, until one holds all its walls. */
export async function tryIsolation(options: {
  readonly run: string;
  readonly session: ServiceAccount | null;
  readonly uid: number;
  readonly gid: number;
}): Promise<readonly Trial[]> {
  const levels: readonly IsolationLevel[] = options.session === null ? [0] : [3, 2, 1];
  const trials: Trial[] = [];
  for (const level of levels) {
    trials.push(await tryLevel(level, options));
    if (trials.at(-1)?.reached === true) break;
  }
  return trials;
}

export function levelOf(trials: readonly Trial[]): IsolationLevel {
  return trials.find(({ reached }) => reached)?.level ?? 0;
}

/** One line on why a level is lower than wanted. */
export function shortfall(trials: readonly Trial[]): string {
  const failed = trials.filter(({ reached }) => !reached);
  return failed
    .map(
      ({ level, failure, walls }) =>
        `level ${level}: ${
          failure ??
          walls
            .filter(({ holds }) => !holds)
            .map(({ wall, found }) => `${wall} (${found})`)
            .join(', ')
        }`,
    )
    .join('; ');
}

async function tryLevel(
  level: IsolationLevel,
  { run, session, uid, gid }: Parameters<typeof tryIsolation>[0],
): Promise<Trial> {
  const paths = runPaths(run);
  // as sessions of this level will find it
  (level === 3 || session === null ? closeSessions : openSessions)(paths.sessions);
  const sockets = join(paths.sessions, SELFTEST);
  mkdirSync(sockets, { recursive: true, mode: 0o700 });
  if (session !== null) chownSync(sockets, session.uid, session.gid);
  // outside the box a home must be there already; /tmp would be, but is not the shadow's own
  const home = level === 3 || level === 0 ? '' : makeHome(run, uid, gid);
  try {
    writeBox(
      paths.boxes,
      SELFTEST,
      {
        level,
        uid,
        gid,
        name: 'PSMShadow-selftest',
        home,
        program: 'selftest',
        fsize: 1 << 20,
        term: 'dumb',
        lang: 'C.UTF-8',
        session: sockets,
      },
      sshBinds(level),
    );
    const said = await runBox(paths.box, session);
    if (!said.ok) return { level, reached: false, failure: said.why, walls: [] };
    const walls = wallsOf(level, parseFindings(said.text), { uid, gid });
    return { level, reached: walls.every(({ holds }) => holds), failure: null, walls };
  } catch (error) {
    return { level, reached: false, failure: error instanceof Error ? error.message : 'unknown', walls: [] };
  } finally {
    forgetBox(paths.boxes, SELFTEST);
    rmSync(sockets, { recursive: true, force: true });
    if (home !== '') rmSync(home, { recursive: true, force: true });
  }
}

function makeHome(run: string, uid: number, gid: number): string {
  const home = join(run, 'selftest-home');
  mkdirSync(home, { mode: 0o700 });
  chownSync(home, uid, gid);
  return home;
}

/** The caller stays alive until the box ends, as a session host would: the box watches it. */
function runBox(
  box: string,
  session: ServiceAccount | null,
): Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string }> {
  const start =
    session === null
      ? [box, SELFTEST]
      : ['setpriv', ...identity(session.uid, session.gid), '--', box, SELFTEST];
  return new Promise((resolve) => {
    const child = execFile(
      start[0] ?? '',
      start.slice(1),
      { timeout: TIMEOUT, env: {}, cwd: '/' },
      (error, stdout, stderr) => {
        if (error === null) resolve({ ok: true, text: stdout });
        else
          resolve({
            ok: false,
            why:
              lastLine(stderr) ?? `the box ended with ${String(error.code ?? error.signal)} and said nothing`,
          });
      },
    );
    child.stdin?.end();
  });
}

function lastLine(text: string): string | null {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line === '' ? null : line;
}
