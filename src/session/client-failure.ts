import { type Failure, failure } from '#/domain/failure.js';
import { fingerprint, type HostKey } from '#/domain/host-key.js';

/** What was seen of a client that ended before it was logged in. */
export interface ClientEnd {
  readonly status: number;
  /** Everything the client printed, standard error included. */
  readonly output: string;
  readonly pinned: HostKey;
  /** The key the target showed, when it was not the pinned one. */
  readonly offered: HostKey | null;
  /** The client asked for more than the one answer it had: the answer was wrong, or not enough. */
  readonly askedAgain: string | null;
  /** The target closed the connection first, and how. */
  readonly targetWentFirst: string | null;
  /** The stored secret was used: the client got the answer or the signature. */
  readonly secretUsed: boolean;
}

/** Stage 7: why the client did not log in, in words for people; the client's own lines name paths of the box and are not shown. */
export function clientFailure(end: ClientEnd): Failure {
  if (end.offered !== null)
    return failure('HOST_KEY_CHANGED', `Pinned: ${describe(end.pinned)}. Shown: ${describe(end.offered)}.`);
  if (end.askedAgain !== null) return failure('TARGET_AUTHENTICATION', end.askedAgain);
  const known = SAYINGS.find(([pattern]) => pattern.test(end.output));
  if (known !== undefined) return known[1](end);
  if (end.status === 125 || /^(postern-(box|inside)|bwrap): /m.test(end.output))
    return failure('BOX_FAILED', boxDetail(end.output), { stage: 7 });
  if (end.targetWentFirst !== null)
    return failure(
      'TARGET_PROTOCOL',
      end.secretUsed ? 'it closed the connection during the login' : 'it closed the connection',
    );
  return failure('TARGET_PROTOCOL', `the client ended with status ${end.status}`);
}

type Saying = readonly [pattern: RegExp, said: (end: ClientEnd) => Failure];

const SAYINGS: readonly Saying[] = [
  [
    /Permission denied \(([a-z,-]+)\)/,
    ({ output, secretUsed }) => failure('TARGET_AUTHENTICATION', permissionDetail(output, secretUsed)),
  ],
  [/Too many authentication failures/, () => failure('TARGET_AUTHENTICATION', 'too many tries')],
  [
    /Host key verification failed|requested strict checking/,
    () => failure('TARGET_PROTOCOL', 'its host key could not be verified'),
  ],
  [
    /no matching (host key type|key exchange method|cipher|MAC|compression method)/i,
    ({ output }) =>
      failure(
        'TARGET_PROTOCOL',
        `no ${/no matching ([a-z ]+?) found/i.exec(output)?.[1] ?? 'algorithm'} in common`,
      ),
  ],
  [
    /banner exchange|kex_exchange_identification|Protocol major versions differ|invalid format/,
    () => failure('TARGET_PROTOCOL', 'no SSH server answers there'),
  ],
  [/timed out|not responding/, () => failure('TARGET_PROTOCOL', 'it did not answer in time')],
  [/PTY allocation request failed/, () => failure('TARGET_PROTOCOL', 'it gives no terminal')],
];

function permissionDetail(output: string, secretUsed: boolean): string {
  const methods = /Permission denied \(([a-z,-]+)\)/.exec(output)?.[1] ?? '';
  return secretUsed
    ? 'permission denied'
    : `it takes ${methods.split(',').join(', ')} only, which the stored secret does not fit`;
}

/** The last line that the box's own programs said: they mention no secrets, and this failure is ours to find. */
function boxDetail(output: string): string {
  const line = /^(?:postern-(?:box|inside)|bwrap): (.*)$/m.exec(output.replaceAll('\r', ''));
  return line?.[1] ?? 'no reason given';
}

function describe(key: HostKey): string {
  return `${key.type} ${fingerprint(key)}`;
}
