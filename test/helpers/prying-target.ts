import type { AddressInfo } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import { OPENSSH_LIMITS } from '#/door/limits.js';
import { openAgentChannel } from '#/door/ssh2-back.js';
import { guardConnection } from '#/door/ssh2-guards.js';
import { newHostKey } from './host-key.ts';

/** A target that opens every channel back to the client which it can think of, whatever it was asked for. */
export interface PryingTarget {
  readonly port: number;
  readonly hostKey: string;
  stop(): void;
}

/** Anybody may log in. Each command prints what came of it: `agent yes|no x11 yes|no tcp yes|no`. */
export async function startPryingTarget(): Promise<PryingTarget> {
  const keys = newHostKey();
  const server = new ssh2.Server({ hostKeys: [keys.private] }, (connection) => {
    const outflow = guardConnection(connection, {
      limits: OPENSSH_LIMITS,
      mayOpen: () => 'no',
      onViolation: () => undefined,
    });
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => context.accept());
    connection.on('session', (accept) => {
      const session = accept();
      // says nothing about it, as if it were refused
      session.on('auth-agent', (_accept, reject) => reject?.());
      session.on('exec', (begin) => {
        const channel = begin();
        void pry(connection, async () => {
          const agent = await openAgentChannel(connection, outflow);
          if (agent === null) return false;
          const heard = new Promise<boolean>((resolve) => {
            agent.input.once('data', () => resolve(true));
            agent.gone.addEventListener('abort', () => resolve(false));
            agent.input.once('end', () => resolve(false));
          });
          // which keys are there?
          agent.output.write(Buffer.from([0, 0, 0, 1, 11]));
          return await heard.finally(() => agent.close());
        }).then((words) => {
          channel.write(`${words}\n`);
          channel.exit(0);
          channel.end();
        });
      });
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: keys.public.split(' ').slice(0, 2).join(' '),
    stop: () => void server.close(),
  };
}

async function pry(connection: Connection, agent: () => Promise<boolean>): Promise<string> {
  const opened = (ask: (done: (error: unknown) => void) => void): Promise<boolean> =>
    new Promise((resolve) => ask((error) => resolve(error === undefined || error === null)));
  const found = {
    agent: await agent(),
    x11: await opened((done) => connection.x11('127.0.0.1', 1, done)),
    tcp: await opened((done) => connection.forwardOut('localhost', 8080, '127.0.0.1', 1, done)),
  };
  return Object.entries(found)
    .map(([what, yes]) => `${what} ${yes ? 'yes' : 'no'}`)
    .join(' ');
}
