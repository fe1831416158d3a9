import { connect, type Socket } from 'node:net';
import { type Failure, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';

export interface Target {
  readonly address: string;
  readonly port: number;
}

const TIMEOUT = 10_000;

/** Stage 5's last step: an open TCP connection to the target, paused, or whose fault it is that there is none. */
export function connectTarget(
  target: Target,
  signal: AbortSignal,
  timeout = TIMEOUT,
): Promise<Outcome<Socket>> {
  const { promise, resolve } = Promise.withResolvers<Outcome<Socket>>();
  const socket = connect({
    host: bare(target.address),
    port: target.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    autoSelectFamilyAttemptTimeout: 2500,
  });
  const give = (outcome: Outcome<Socket>): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
    socket.removeListener('connect', connected);
    socket.removeListener('error', refused);
    if (!outcome.ok) socket.on('error', () => undefined).destroy();
    resolve(outcome);
  };
  const connected = (): void => give(done(socket.pause()));
  const refused = (error: NodeJS.ErrnoException): void => give(failed(explain(error, target)));
  const aborted = (): void => give(failed(failure('TARGET_UNREACHABLE', 'the session was ended before')));
  const timer = setTimeout(
    () => give(failed(failure('TARGET_UNREACHABLE', `${name(target)}: nothing within ${timeout / 1000} s`))),
    timeout,
  );
  socket.once('connect', connected);
  socket.once('error', refused);
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  return promise;
}

/** Every address of a name may have failed in its own way: that one refused says that it is up. */
export function explain(
  error: NodeJS.ErrnoException & { readonly errors?: readonly NodeJS.ErrnoException[] },
  target: Target,
): Failure {
  const codes = [error.code, ...(error.errors ?? []).map((one) => one.code)].filter(
    (code) => code !== undefined,
  );
  if (codes.includes('ECONNREFUSED')) return failure('TARGET_REFUSED', `${name(target)}: connection refused`);
  if (codes.includes('ENOTFOUND')) return failure('TARGET_NAME', `${target.address}: no such name`);
  if (codes.includes('EAI_AGAIN'))
    return failure('TARGET_NAME', `${target.address}: the name service does not answer`);
  return failure('TARGET_UNREACHABLE', `${name(target)}: ${codes[0] ?? error.message}`);
}

function name(target: Target): string {
  return `${target.address}:${target.port}`;
}

/** IPv6 addresses may be written in brackets. */
function bare(address: string): string {
  return address.replace(/^\[(.*)\]$/, '$1');
}
