import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import { ALGORITHMS, IDENT } from './ssh-algorithms.js';
import { type ConnectionOptions, serveConnection } from './ssh-connection.js';
import { socketOf } from './ssh2-guards.js';
import { type Chance, openAdmission, type Visit } from './visit.js';

/** How long a person who has to go may read why. */
const PARTING = 1000;

export interface SshDoorOptions extends ConnectionOptions {
  /** Ed25519 private key, OpenSSH PEM. */
  readonly hostKey: string;
  readonly chance: Chance;
}

export interface SshDoor {
  /** Takes a connection that a listener accepted; limits apply before ssh2 sees a byte of it. */
  accept(socket: Socket): void;
  /** Hangs up on everybody. */
  close(): void;
}

interface Guest {
  readonly visit: Visit;
  readonly dismissed: AbortSignal;
}

/** Said before the login: to who runs commands and copies files it is the notice, since every byte after it is the session's. */
const BANNER = 'Sessions through this bastion are recorded.\r\n';

/** The SSH door: a stranger's bytes become a Terminal, or a refusal. */
export function openSshDoor(options: SshDoorOptions): SshDoor {
  const admission = openAdmission({ limits: options.limits, chance: options.chance, penalties: true });
  const guests = new WeakMap<Socket, Guest>();
  const sockets = new Set<Socket>();
  const server = new ssh2.Server(
    {
      hostKeys: [options.hostKey],
      ident: IDENT,
      banner: BANNER,
      algorithms: ALGORITHMS as unknown as ssh2.Algorithms,
      keepaliveInterval: options.limits.keepAlive,
      keepaliveCountMax: 3,
    },
    (connection) => {
      const guest = guests.get(socketOf(connection));
      if (guest === undefined) throw new Error('a connection that was not admitted');
      serveConnection(connection, guest.visit, guest.dismissed, options);
    },
  );
  server.on('error', (error: Error) => options.log('door: server', error));
  return {
    accept(socket) {
      socket.on('error', () => undefined);
      // keystroke echo takes 40 ms under Nagle's algorithm and delayed acknowledgements
      socket.setNoDelay(true);
      const from = socket.remoteAddress;
      if (from === undefined) return void socket.destroy();
      const dismissal = new AbortController();
      const visit = admission.admit(from, (why) => {
        dismissal.abort(why);
        setTimeout(() => socket.destroy(), PARTING).unref();
      });
      if ('refused' in visit) return void socket.end(`${visit.refused}\r\n`, () => socket.destroy());
      sockets.add(socket);
      guests.set(socket, { visit, dismissed: dismissal.signal });
      socket.once('close', () => {
        sockets.delete(socket);
        visit.end();
      });
      server.injectSocket(socket);
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
