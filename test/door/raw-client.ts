import { connect, type Socket } from 'node:net';
import ssh2, { type Algorithms, type AuthenticationType, type ConnectConfig } from 'ssh2';

/** What ssh2's client keeps to itself, for whoever wants to break rules with it. */
export interface Wire {
  readonly _sock: Socket;
  readonly _protocol: {
    readonly _handlers: Record<string, (...args: unknown[]) => void>;
    _kexinit: unknown;
    session(channel: number, window: number, packet: number): void;
    channelData(channel: number, data: Buffer): void;
    channelEOF(channel: number): void;
    channelClose(channel: number): void;
    shell(channel: number, reply: boolean): void;
    pty(
      channel: number,
      rows: number,
      columns: number,
      height: number,
      width: number,
      term: string,
      modes: object | null,
      reply: boolean,
    ): void;
    openssh_noMoreSessions(reply: boolean): void;
    authPassword(user: string, password: string): void;
    ping(): void;
    rekey(): void;
    _onWrite: (data: Buffer) => void;
  };
}

export interface Raw {
  readonly client: ssh2.Client;
  readonly wire: Wire;
  /** Settles when the connection is gone, whichever way. */
  readonly gone: Promise<void>;
  /** Opens a session channel and a shell on it without asking ssh2's client. Gives the server's id of the channel. */
  shell(window?: number): Promise<number>;
  /** Bytes that came on channels. */
  readonly received: Buffer[];
}

export interface RawOptions {
  readonly algorithms?: Algorithms;
  readonly user?: string;
  readonly auth?: ConnectConfig['authHandler'];
  /** The client's own address. */
  readonly from?: string;
}

/** A client that passes the login-less keyboard-interactive and then obeys nobody. */
export function openRaw(
  rig: { readonly port: number },
  {
    algorithms,
    user = 'mallory',
    auth = ['keyboard-interactive'] as AuthenticationType[],
    from = '127.0.0.1',
  }: RawOptions = {},
): Promise<Raw> {
  const client = new ssh2.Client();
  const { promise, resolve, reject } = Promise.withResolvers<Raw>();
  const gone = new Promise<void>((done) => client.once('close', () => done()));
  client.on('keyboard-interactive', (_name, _instructions, _lang, _prompts, finish) => finish([]));
  client.on('error', reject);
  void gone.then(() => reject(new Error('the door hung up')));
  client.on('connect', () => client.setNoDelay(true));
  client.on('ready', () => {
    const wire = client as unknown as Wire;
    const received: Buffer[] = [];
    resolve({ client, wire, gone, received, shell: (window) => shell(wire, received, window) });
  });
  client.connect({
    host: '127.0.0.1',
    localAddress: from,
    port: rig.port,
    username: user,
    tryKeyboard: true,
    authHandler: auth,
    hostVerifier: () => true,
    ...(algorithms === undefined ? {} : { algorithms }),
  });
  return promise;
}

function shell({ _protocol: protocol }: Wire, received: Buffer[], window = 2 ** 32 - 1): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  protocol._handlers['CHANNEL_OPEN_CONFIRMATION'] = (_protocol, info) => {
    const { sender } = info as { readonly sender: number };
    protocol.pty(sender, 24, 80, 0, 0, 'xterm', null, true);
    protocol.shell(sender, false);
    resolve(sender);
  };
  protocol._handlers['CHANNEL_OPEN_FAILURE'] = (_protocol, _recipient, reason, description) =>
    reject(new Error(`refused: ${String(reason)} ${String(description)}`));
  protocol._handlers['CHANNEL_DATA'] = (_protocol, _recipient, data) => void received.push(data as Buffer);
  protocol.session(7, window, 32_768);
  return promise;
}

/** A bare TCP connection, with everything it was sent. */
export function openTcp(
  rig: { readonly port: number },
  send?: Uint8Array,
): { readonly socket: Socket; readonly closed: Promise<string> } {
  const socket = connect(rig.port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1');
  });
  socket.on('error', () => undefined);
  if (send !== undefined) socket.write(send);
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve(heard))) };
}
