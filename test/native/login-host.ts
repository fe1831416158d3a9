import { chmodSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { until } from './rig.ts';

/** The session host's half of a login by key: agent-less, as the key lies in the session directory of this test. */
export class LoginHost {
  readonly servers: Server[] = [];
  requests: Socket | null = null;
  up = false;
  readonly streams = new Map<string, { readonly socket: Socket; text: string; over: boolean }>();

  readonly answer: (name: string, on: (socket: Socket) => void) => void;

  constructor(s: string, port: number, hostKey: string) {
    const serve = (name: string, on: (socket: Socket) => void): void => {
      const server = createServer((socket) => {
        socket.on('error', () => socket.destroy());
        on(socket);
      });
      server.listen(join(s, name), () => chmodSync(join(s, name), 0o666));
      this.servers.push(server);
    };
    this.answer = serve;
    serve('dial', (socket) => {
      const target = connect({ port, host: '127.0.0.1', noDelay: true });
      target.on('error', () => socket.destroy());
      socket.pipe(target).pipe(socket);
    });
    serve('hostkey', (socket) => socket.resume().once('end', () => socket.end(`target ${hostKey}\n`)));
    serve('ask', (socket) => socket.resume().once('end', () => socket.end('a password')));
    serve('up', (socket) => {
      this.up = true;
      socket.end();
    });
    serve('share', (socket) => (this.requests = socket));
    serve('channel', (socket) => {
      let name = '';
      socket.on('data', (bytes: Buffer) => {
        let text = bytes.toString('latin1');
        if (name === '') {
          const at = text.indexOf('\n');
          name = text.slice(0, at);
          text = text.slice(at + 1);
          this.streams.set(name, { socket, text: '', over: false });
        }
        const stream = this.streams.get(name);
        if (stream !== undefined) stream.text += text;
      });
      socket.once('close', () => {
        const stream = this.streams.get(name);
        if (stream !== undefined) stream.over = true;
      });
    });
  }

  ask(id: string, kind: string, text: string, lent = ''): void {
    this.requests?.write(`${id} ${kind} ${Buffer.byteLength(text)}${lent}\n${text}`);
  }

  said(name: string): string {
    return this.streams.get(name)?.text ?? '';
  }

  over(name: string): Promise<unknown> {
    return until(
      () => this.streams.get(name)?.over,
      10_000,
      () => JSON.stringify([...this.streams].map(([of, { text }]) => [of, text.slice(0, 80)])),
    );
  }

  close(): void {
    for (const server of this.servers) server.close();
    for (const { socket } of this.streams.values()) socket.destroy();
    this.requests?.destroy();
  }
}

export const loginConfig = (user: string, s: string, inside: string): string => `Host target
  HostName target
  User ${user}
  HostKeyAlias target
  GlobalKnownHostsFile none
  UserKnownHostsFile none
  KnownHostsCommand ${inside} hostkey ${s} %t %K
  StrictHostKeyChecking yes
  IdentityFile none
  IdentityAgent none
  PreferredAuthentications password
  NumberOfPasswordPrompts 1
  ProxyCommand ${inside} dial ${s}
  ProxyUseFdpass yes
  PermitLocalCommand yes
  LocalCommand ${inside} up ${s}
  ControlPath none
  SendEnv LC_*
  LogLevel ERROR
`;
