import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { answerLateRequests, onLateRequest } from '#/door/ssh2-requests.js';
import { newHostKey } from './host-key.ts';

/** A network device's console, made with ssh2: it shows what it gets until a "q", and hears what sshd does not tell of. */
export interface ConsoleTarget {
  readonly port: number;
  readonly hostKey: string;
  /** What was typed, and "break" for each BREAK. */
  readonly heard: string[];
  stop(): void;
}

/** Anybody may log in. */
export async function startConsoleTarget(): Promise<ConsoleTarget> {
  const heard: string[] = [];
  const keys = newHostKey();
  const server = new ssh2.Server({ hostKeys: [keys.private] }, (connection) => {
    answerLateRequests(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => context.accept());
    connection.on('session', (accept) => serve(accept(), heard));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: keys.public.split(' ').slice(0, 2).join(' '),
    heard,
    stop: () => void server.close(),
  };
}

function serve(session: ssh2.Session, heard: string[]): void {
  session.on('pty', (yes) => yes?.());
  session.on('window-change', (yes) => yes?.());
  onLateRequest(session, ({ kind }) => heard.push(kind) > 0);
  session.on('shell', (begin) => {
    const channel = begin();
    channel.on('data', (bytes: Buffer) => {
      heard.push(bytes.toString('latin1'));
      channel.write(bytes);
      if (!bytes.includes('q')) return;
      channel.exit(0);
      channel.end();
    });
    channel.write('console> ');
  });
}
