/**
 * Shows the screens with fake services on your own terminal, to look at them:
 * `npm run build`, then `node_modules/.bin/node test/portal/look.ts [accounts] [none|16|256] [ascii]`. The password is secret.
 */

import { done } from '#/domain/outcome.js';
import type { TerminalSize } from '#/domain/session.js';
import {
  ACCOUNTS,
  account,
  FRAME,
  fakeServices,
  NOW,
  RECORDINGS,
  recording,
  SESSIONS,
  session,
} from './fake-services.ts';

process.env['NODE_ENV'] = 'production';
process.env['FORCE_COLOR'] = '2';
const { openPortal } = await import('#/portal/open-portal.js');

const [count = '6', color = '256', signs = ''] = process.argv.slice(2);
const many = Array.from({ length: Math.max(0, Number(count) - ACCOUNTS.length) }, (_, i) =>
  account(`m${i}`, ['root', 'deploy', 'backup'][i % 3] ?? '', `host${i}.dc${i % 7}.example.com`, {
    safe: `Safe-${i % 40}`,
  }),
);
const started = Date.now();
let detached = true;

const services = fakeServices({
  accounts: () => Promise.resolve(done([...ACCOUNTS, ...many])),
  recordings: () =>
    Promise.resolve(
      done([
        ...RECORDINGS,
        ...Array.from({ length: 60 }, (_, i) =>
          recording(`r${i}`, {
            startedAt: NOW - (i + 30) * 7_200_000,
            endedAt: NOW - (i + 30) * 7_200_000 + i * 60_000,
          }),
        ),
      ]),
    ),
  sessions: () =>
    Promise.resolve(done(detached ? [session('s0', { state: 'detached' }), ...SESSIONS] : SESSIONS)),
  async connect(row, _size, hooks) {
    for (const stage of [0, 1, 2, 3, 4] as const) {
      hooks.onStage(stage, 'begun');
      await new Promise((resolve) => setTimeout(resolve, 200));
      hooks.onStage(stage, 'done', stage === 4 ? 'for this session only' : undefined);
      if (hooks.signal.aborted) return { kind: 'ended', ending: { kind: 'owner-ended' } };
    }
    const key = { type: 'ssh-ed25519', base64: 'AAAAC3NzaC1lZDI1NTE5AAAAIHx0' };
    if (
      row.hostKeyFingerprint === null &&
      (await hooks.askHostKey({
        key,
        fingerprint: 'SHA256:Jq0XcV1Wm0vOaTgkFfW3nPz3b0T2J4uJt6Wd1yQm3nE',
        mayPin: true,
      })) === 'refuse'
    ) {
      return { kind: 'ended', ending: { kind: 'owner-ended' } };
    }
    if (row.user === 'admin60') {
      const { failure } = await import('#/domain/failure.js');
      return {
        kind: 'failed',
        failure: failure('HOST_KEY_CHANGED'),
        offered: key,
        pinned: { ...key, base64: 'AAAAC3NzaC1lZDI1NTE5AAAAIHx1' },
      };
    }
    return await hooks.takeTerminal(async ({ input, output }) => {
      output.write('Your session is being recorded.\r\nq ends it\r\n\x1b[?1000h$ ');
      for await (const bytes of input.iterator({ destroyOnReturn: false })) {
        output.write(bytes as Buffer);
        if (String(bytes).includes('q')) break;
      }
      return { kind: 'ended', ending: { kind: 'exited', status: 0, signal: null } };
    });
  },
  endSession() {
    detached = false;
    return Promise.resolve(done(null));
  },
  replay(_id, size, hear) {
    let frame = { ...FRAME };
    hear({
      type: 'opened',
      durationMs: 187_000,
      markers: [{ at: 60_000, label: 'deploy' }],
      complete: true,
      running: false,
      row: recording('n1'),
    });
    hear(frame);
    const timer = setInterval(
      () => frame.state === 'playing' && hear((frame = { ...frame, at: frame.at + 100 * frame.speed })),
      100,
    );
    return {
      send(command) {
        if (command.type === 'play') frame = { ...frame, state: 'playing' };
        if (command.type === 'pause') frame = { ...frame, state: 'paused' };
        if (command.type === 'speed') frame = { ...frame, speed: command.factor };
        if (command.type === 'seek') frame = { ...frame, at: command.to };
        if (command.type === 'idle') frame = { ...frame, idleLimit: command.limit };
        hear(frame);
        void size;
      },
      close: () => clearInterval(timer),
    };
  },
});

process.stdin.setRawMode(true);
const portal = openPortal({
  input: process.stdin,
  output: process.stdout,
  size: {
    now: (): TerminalSize => ({ columns: process.stdout.columns, rows: process.stdout.rows }),
    onChange(listener) {
      process.stdout.on('resize', listener);
      return () => process.stdout.off('resize', listener);
    },
  },
  prefilledUser: 'alice',
  services,
  clock: {
    now: () => NOW + Date.now() - started,
    every(ms, run) {
      const timer = setInterval(run, ms);
      return () => clearInterval(timer);
    },
  },
  env: { color: color === 'none' || color === '16' ? color : '256', unicode: signs !== 'ascii' },
  onCrash: (error) => process.stderr.write(`${String(error)}\r\n`),
});
await portal.finished;
process.exit(0);
