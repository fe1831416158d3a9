import { connect } from 'node:net';
import type { Writable } from 'node:stream';
import { homePath } from '#/configuration/home.js';
import { ask } from '#/contract/ask.js';
import type { CallArgs, CallName, CallResult } from '#/contract/calls.js';
import type { DeskRecordingArgs } from '#/contract/desk-link.js';
import type { FromMonitor } from '#/contract/replay-link.js';
import { RpcPeer } from '#/contract/rpc.js';
import { socketPath } from '#/contract/sockets.js';
import { type Failure, failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { findRun } from '#/house/find-run.js';
import { askMonitor } from './monitor-link.js';

/** The console's connection to the vault, over the admin socket (0600: root or the owner). */
export interface AdminLink {
  readonly run: string;
  ask<K extends CallName>(name: K, args: CallArgs<K>, blob?: Buffer): Promise<Outcome<CallResult<K>>>;
  /** With the bytes that came beside the answer: the receiver wipes them. */
  askWithBlob<K extends CallName>(
    name: K,
    args: CallArgs<K>,
  ): Promise<Outcome<{ readonly value: CallResult<K>; readonly blob: Buffer | undefined }>>;
  /** What the monitor says of a recording in the end; the bytes before that go to what `out` opens, once it is granted. */
  recording(asked: DeskRecordingArgs, out: () => Writable | null): Promise<Outcome<FromMonitor>>;
  close(): void;
}

export async function openAdmin(home: string | undefined): Promise<Outcome<AdminLink>> {
  const run = findRun(homePath(home, process.env));
  const path = socketPath(run, 'admin');
  const socket = connect(path);
  const problem = await new Promise<Failure | null>((resolve) => {
    socket.once('connect', () => resolve(null));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(describe(error, path)));
  });
  if (problem !== null) return failed(problem);
  const peer = new RpcPeer(socket, { timeout: 60_000 });
  return {
    ok: true,
    value: {
      run,
      async ask(name, args, blob) {
        const outcome = await ask(peer, name, args, blob);
        return outcome.ok ? { ok: true, value: outcome.value.value } : outcome;
      },
      askWithBlob: (name, args) => ask(peer, name, args),
      async recording({ recordingId, question }, out) {
        const granted = await ask(peer, 'admin.recordings.replay', { recordingId, purpose: question.type });
        if (!granted.ok) return granted;
        return await askMonitor(run, { ...question, permit: granted.value.value.permit }, out());
      },
      close: () => peer.close('done'),
    },
  };
}

function describe(error: NodeJS.ErrnoException, path: string): Failure {
  if (error.code === 'EACCES')
    return {
      ...failure('DENIED', `${path} may only be opened by root or the owner of the daemon`),
      next: 'Run the same command as root, or as who started Postern.',
    };
  const silent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
  return failure('DAEMON_NOT_RUNNING', silent ? `nobody listens at ${path}` : error.message);
}
