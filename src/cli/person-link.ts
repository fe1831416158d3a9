import { connect } from 'node:net';
import { homePath } from '#/configuration/home.js';
import type { DeskGreeting } from '#/contract/desk-link.js';
import { RpcPeer } from '#/contract/rpc.js';
import { socketPath } from '#/contract/sockets.js';
import { type Failure, failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { askHidden } from '#/house/ask-hidden.js';
import { findRun } from '#/house/find-run.js';
import type { AdminLink } from './admin-link.js';
import { asPerson } from './as-person.js';
import { fileBytes } from './input.js';

/** Who works, and where his password is when he does not type it. */
export interface Desk {
  readonly as: string;
  /** The password, and in a second line the code where one is asked. */
  readonly loginFile?: string;
}

/** Logs a person in through a portal: the same commands, with what he may and no more. */
export async function openPerson(home: string | undefined, desk: Desk): Promise<Outcome<AdminLink>> {
  const run = findRun(homePath(home, process.env));
  const path = socketPath(run, 'desk');
  const socket = connect(path);
  const problem = await new Promise<Failure | null>((resolve) => {
    socket.once('connect', () => resolve(null));
    socket.once('error', (error) =>
      resolve(failure('DAEMON_NOT_RUNNING', `nobody listens at ${path} (${error.message})`)),
    );
  });
  if (problem !== null) return failed(problem);
  const peer = new RpcPeer(socket, { timeout: 60_000 });
  const entered = await enter(peer, desk);
  if (entered.ok) return { ok: true, value: asPerson(run, peer) };
  peer.close('not logged in');
  return entered;
}

async function enter(peer: RpcPeer, { as, loginFile }: Desk): Promise<Outcome<null>> {
  const given = loginFile === undefined ? null : linesOf(loginFile);
  if (given !== null && !given.ok) return given;
  const [fromFile, code] = given?.value ?? [];
  const password = fromFile ?? (await askHidden(`password of ${as} (not shown): `));
  if (password === null || password.length === 0)
    return failed(
      failure('BAD_INPUT', `no password of ${as}: type it at a terminal, or give --login-file FILE`),
    );
  const answer = await peer.call('person.login', { user: as }, password);
  password.fill(0);
  if (!answer.ok) return answer;
  const greeting = answer.value.value as DeskGreeting;
  if (greeting.next === 'nothing') return { ok: true, value: null };
  const typed = code ?? (await askHidden('code: '));
  if (typed === null || typed.length === 0) return failed(failure('SECOND_FACTOR_NEEDED'));
  const verified = await peer.call('person.secondFactor.verify', {}, typed);
  typed.fill(0);
  return verified.ok ? { ok: true, value: null } : verified;
}

function linesOf(path: string): Outcome<readonly Buffer[]> {
  const read = fileBytes(path, 8192);
  if (!read.ok) return read;
  const lines: Buffer[] = [];
  for (let at = 0; at < read.value.length; ) {
    const end = read.value.indexOf(10, at);
    const line = read.value.subarray(at, end < 0 ? read.value.length : end);
    lines.push(line.at(-1) === 13 ? line.subarray(0, -1) : line);
    at = end < 0 ? read.value.length : end + 1;
  }
  return { ok: true, value: lines };
}
