import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { newHostKey } from './host-key.ts';

/** A target that lets anybody in and opens every session, and then runs nothing. */
export interface MuteTarget {
  readonly port: number;
  /** "TYPE BASE64" of its host key. */
  readonly hostKey: string;
  stop(): void;
}

/** 'refuses': what is asked for, and never closes what it has refused. 'ignores': it never answers. */
export async function startMuteTarget(how: 'refuses' | 'ignores'): Promise<MuteTarget> {
  const keys = newHostKey();
  const turnAway = (_accept: unknown, reject?: () => void): void => {
    if (how === 'refuses') reject?.();
  };
  const server = new ssh2.Server({ hostKeys: [keys.private] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => context.accept());
    connection.on('session', (accept) => {
      const session = accept();
      session.on('exec', turnAway);
      (session as unknown as { on(event: 'subsystem', listener: typeof turnAway): void }).on(
        'subsystem',
        turnAway,
      );
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: keys.public.split(' ').slice(0, 2).join(' '),
    stop: () => void server.close(),
  };
}
