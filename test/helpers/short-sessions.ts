import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import { eventually, type Postern } from './postern.ts';
import type { Target } from './target.ts';
import { keyOf, prepare } from './walk.ts';

const LINES = Array.from({ length: 2000 }, (_, i) => `${i + 1}\r\n`).join('');
const STATUS = 3;
/** Milliseconds that a client does not read: longer than its session takes to write everything and exit. */
const PAUSED = 1500;

interface Recording {
  readonly id: string;
  readonly outcome: string;
  readonly stored: string;
  readonly complete: boolean | null;
}

/**
 * OpenSSH's client on a terminal of the bastion, so many times, so many at once, each writing 11 KB and leaving; every
 * second client is stopped while that happens. No byte may be missing, on no screen and in no recording.
 */
export async function shortSessions(
  { postern, target }: { readonly postern: Postern; readonly target: Target },
  sessions: number,
  atOnce: number,
): Promise<void> {
  await prepare(postern, target);
  const identity = await keyOf(postern, 'alice');
  const args = [
    ...['-F', 'none', '-tt', '-i', identity, '-p', String(postern.port)],
    ...['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'].flatMap((one) => [
      '-o',
      one,
    ]),
    ...['IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes'].flatMap((one) => ['-o', one]),
    ...['-l', `alice%admin60%127.0.0.1#${target.port}`, '127.0.0.1'],
    `seq 1 2000; exit ${STATUS}`,
  ];
  let left = sessions;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { status, text } = await oneSession(args, left % 2 === 0);
      expect({ status, whole: text.endsWith(LINES) }, text.slice(-200)).toEqual({
        status: STATUS,
        whole: true,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, sessions) }, worker));
  const rows = await eventually(
    'every recording to be stored',
    async () => {
      const all = await postern.json<Recording[]>(['recordings', 'list']);
      return all.length === sessions && all.every((one) => one.stored === 'safe') && all;
    },
    60,
  );
  for (const row of rows) expect(row).toMatchObject({ outcome: 'exited', complete: true });
  // a sample, first to last
  for (const { id } of rows.filter((_, index) => index % Math.ceil(sessions / 4) === 0)) {
    const cast = await postern.cli(['recordings', 'export', id, '--format', 'v2', '--output', '-']);
    const output = cast.stdout
      .trim()
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, kind, data] = JSON.parse(line) as [number, string, string];
        return kind === 'o' ? [data] : [];
      });
    expect(output.join('').endsWith(LINES)).toBe(true);
  }
}

async function oneSession(
  args: readonly string[],
  paused: boolean,
): Promise<{ readonly status: number | null; readonly text: string }> {
  const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  child.stderr.resume();
  child.stdout.on('data', (bytes: Buffer) => {
    if (text === '' && paused) {
      child.kill('SIGSTOP');
      setTimeout(() => child.kill('SIGCONT'), PAUSED);
    }
    text += bytes.toString('latin1');
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, text };
}
