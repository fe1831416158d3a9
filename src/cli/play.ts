import type { CellRun, FromMonitor, ReplayFrame, ToMonitor } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { openMonitor } from './monitor-link.js';

const STEP = 5_000;
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
/** Longest pause that is waited for when idle compression is on, milliseconds. */
const IDLE = 2_000;
/** Further than any recording goes: of a session that runs, its present. */
const LAST = Number.MAX_SAFE_INTEGER;

/** Replays a recording in this terminal. Only drawn cells get here, never the recording's own bytes. */
export async function playRecording(run: string, permit: string): Promise<Outcome<null>> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    return failed(
      failure('BAD_INPUT', 'replaying needs a terminal; in a script use: postern recordings export'),
    );
  const { promise, resolve } = Promise.withResolvers<Outcome<null>>();
  let duration = 0;
  let last: ReplayFrame | null = null;
  const room = () => ({ columns: process.stdout.columns, rows: Math.max(1, process.stdout.rows - 1) });
  const hear = (message: FromMonitor | Buffer): void => {
    if (Buffer.isBuffer(message)) return;
    if (message.type === 'failed') resolve(failed(message.failure));
    if (message.type === 'opened' || message.type === 'grown') duration = message.durationMs;
    if (message.type !== 'frame') return;
    last = message;
    process.stdout.write(drawn(message, duration, room().rows));
  };
  const monitor = openMonitor(run, hear, (why) => resolve(failed(failure('MONITOR_UNAVAILABLE', why))));
  const onKey = (bytes: Buffer): void => {
    const key = bytes.toString('latin1');
    if (key === 'q' || key === '\x03' || key === '\x1b') return resolve(done(null));
    const command = last === null ? null : commandOf(key, last);
    if (command !== null) monitor.say(command);
  };
  const onResize = (): void => monitor.say({ type: 'resize', ...room() });
  process.stdout.write('\x1b[?1049h\x1b[?25l');
  process.stdin.setRawMode(true).on('data', onKey);
  process.stdout.on('resize', onResize);
  monitor.say({ type: 'replay', permit, ...room() });
  const outcome = await promise;
  monitor.close();
  process.stdin.setRawMode(false).off('data', onKey).pause();
  process.stdout.off('resize', onResize).write('\x1b[0m\x1b[?25h\x1b[?1049l');
  return outcome;
}

function commandOf(key: string, { state, at, speed, idleLimit }: ReplayFrame): ToMonitor | null {
  const faster = SPEEDS.find((one) => one > speed);
  const slower = SPEEDS.findLast((one) => one < speed);
  const commands: Readonly<Record<string, ToMonitor | null>> = {
    ' ': { type: state === 'paused' ? 'play' : 'pause' },
    '\x1b[C': { type: 'seek', to: at + STEP },
    '\x1b[D': { type: 'seek', to: Math.max(0, at - STEP) },
    '\x1b[H': { type: 'seek', to: 0 },
    '\x1b[F': { type: 'seek', to: LAST },
    '+': faster === undefined ? null : { type: 'speed', factor: faster },
    '-': slower === undefined ? null : { type: 'speed', factor: slower },
    n: { type: 'marker', direction: 'next' },
    p: { type: 'marker', direction: 'previous' },
    i: { type: 'idle', limit: idleLimit === 0 ? IDLE : 0 },
  };
  return commands[key] ?? null;
}

function drawn(frame: ReplayFrame, duration: number, rows: number): string {
  const lines = frame.lines
    .slice(0, rows)
    .map((line, row) => `\x1b[${row + 1};1H${line.map(styled).join('')}\x1b[0m\x1b[K`);
  const below = lines.length < rows ? `\x1b[${lines.length + 1};1H\x1b[J` : '';
  const status = ` ${frame.state}  ${clock(frame.at)} / ${clock(duration)}  ${frame.speed}x  ${frame.columns}x${frame.rows}  space play/pause  arrows seek  End: to the end  +/- speed  n/p marker  i idle  q quit`;
  return `${lines.join('')}${below}\x1b[${rows + 1};1H\x1b[7m${status.slice(0, process.stdout.columns)}\x1b[K\x1b[0m`;
}

function styled(run: CellRun): string {
  const codes = [
    0,
    ...(run.bold ? [1] : []),
    ...(run.dim ? [2] : []),
    ...(run.italic ? [3] : []),
    ...(run.underline ? [4] : []),
    ...(run.inverse ? [7] : []),
  ];
  return `\x1b[${[...codes, ...colour(38, run.fg), ...colour(48, run.bg)].join(';')}m${run.text}`;
}

function colour(base: 38 | 48, value: number | string | undefined): readonly number[] {
  if (typeof value === 'number') return [base, 5, value];
  if (value === undefined || !/^#[0-9a-f]{6}$/i.test(value)) return [];
  return [base, 2, ...[1, 3, 5].map((at) => Number.parseInt(value.slice(at, at + 2), 16))];
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}
