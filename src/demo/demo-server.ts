import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import { cleanTerm } from '#/domain/session.js';
import { type DemoFile, passwordFits } from './demo-files.js';
import { openTerminal, runCommand, runShell, type ShellOptions } from './shell.js';
import { GREETING } from './welcome.js';

export interface DemoServer {
  accept(socket: Socket): void;
  close(): void;
}

const MOST_CONNECTIONS = 10;
const MOST_TRIES = 6;
const LOGIN_GRACE = 30_000;
const SFTP = '/usr/lib/openssh/sftp-server';
const SERVE_SFTP = `[ -x ${SFTP} ] && exec ${SFTP}; echo "The demo target lacks sftp: apt-get install openssh-sftp-server" >&2; exit 1`;
const NO_SUBSYSTEM = 'echo "The demo target has no such subsystem." >&2; exit 1';

/** A small SSH server for one account with a password: shells, commands and sftp, no forwarding. */
export function demoServer(options: {
  readonly hostKey: Buffer;
  readonly account: DemoFile;
  readonly shell: ShellOptions;
  readonly onError: (error: Error) => void;
}): DemoServer {
  const open = new Set<ssh2.Connection>();
  const sockets = new Set<Socket>();
  const server = new ssh2.Server(
    { hostKeys: [options.hostKey], ident: 'Postern_demo', algorithms: { compress: ['none'] } },
    (client) => {
      open.add(client);
      const late = setTimeout(() => client.end(), LOGIN_GRACE);
      client.on('error', options.onError);
      client.on('close', () => {
        clearTimeout(late);
        open.delete(client);
      });
      client.on('ready', () => clearTimeout(late));
      authenticate(client, options.account);
      client.on('session', (accept) => serveSession(accept(), options.shell));
    },
  );
  return {
    accept(socket) {
      socket.setNoDelay(true);
      socket.on('error', options.onError);
      if (sockets.size >= MOST_CONNECTIONS) {
        socket.destroy();
        return;
      }
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      server.injectSocket(socket);
    },
    close: () => open.forEach((client) => client.end()),
  };
}

interface SubsystemSession {
  on(
    event: 'subsystem',
    listener: (accept: () => ssh2.ServerChannel, reject: () => void, info: { readonly name: string }) => void,
  ): void;
}

function authenticate(client: ssh2.Connection, account: DemoFile): void {
  let tries = 0;
  client.on('authentication', (context) => {
    tries += context.method === 'none' ? 0 : 1;
    if (tries > MOST_TRIES) return client.end();
    if (context.method !== 'password') return context.reject(['password']);
    const password = Buffer.from(context.password, 'utf8');
    if (context.username === account.user && passwordFits(account, password)) return context.accept();
    return context.reject(['password']);
  });
}

function serveSession(session: ssh2.Session, shell: ShellOptions): void {
  let terminal: Pick<ssh2.PseudoTtyInfo, 'cols' | 'rows'> & { readonly term?: string } = {
    cols: 80,
    rows: 24,
  };
  let asked = false;
  let resize: (columns: number, rows: number) => void = () => undefined;
  session.on('pty', (accept, _reject, info) => {
    asked = true;
    terminal = info;
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    resize(info.cols, info.rows);
    accept?.();
  });
  const onTerminal = (channel: ssh2.ServerChannel, command: string | null): void => {
    if (command === null) channel.write(GREETING);
    const pty = openTerminal(channel, terminal, cleanTerm(terminal.term ?? ''), command, shell);
    let over = false;
    pty.onExit(() => (over = true));
    resize = (columns, rows) => {
      if (!over && columns > 0 && rows > 0) pty.resize(columns, rows);
    };
  };
  session.on('shell', (accept) => {
    if (asked) onTerminal(accept(), null);
    else runShell(accept(), shell);
  });
  // ssh2 itself answers who asks for a subsystem in a way that lets OpenSSH's client wait for ever
  (session as SubsystemSession).on('subsystem', (accept, _reject, { name }) =>
    runCommand(accept(), name === 'sftp' ? SERVE_SFTP : NO_SUBSYSTEM, shell),
  );
  session.on('exec', (accept, _reject, { command }) => {
    if (asked) onTerminal(accept(), command);
    else runCommand(accept(), command, shell);
  });
}
