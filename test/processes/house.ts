import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { AccountRow } from '#/contract/rows.js';
import { type Handler, RpcPeer } from '#/contract/rpc.js';
import { landingProofText, type ToHost, type ToPortal } from '#/contract/session-link.js';
import { socketPath } from '#/contract/sockets.js';
import { type FailureCode, failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { Secret } from '#/domain/secret.js';
import type { ComponentCredential } from '#/house/component-credential.js';
import { VaultLink } from '#/processes/shared/vault-link.js';

const psmServer = generateKeyPairSync('ed25519');

export const account: AccountRow = {
  id: 'a0000000000000000000a',
  safe: 'Windows-Domain-Safe',
  user: 'admin60',
  address: 'secappslearning.com',
  port: 22,
  platform: 'UnixSSH',
  secretKind: 'password',
  usable: true,
  why: null,
  favourite: false,
  lastUsedAt: null,
  hostKeyFingerprint: null,
  mayPinHostKey: true,
  reasonRequired: false,
  policy: [],
};

/** One portal's connection as a session host sees it. */
export interface Guest {
  readonly opening: ToHost;
  readonly proven: boolean;
  readonly messages: ToHost[];
  say(message: ToPortal): void;
  data(bytes: Uint8Array): boolean;
  onData: (bytes: Buffer) => void;
  onMessage: (message: ToHost) => void;
  readonly socket: Socket;
}

export interface House {
  readonly run: string;
  readonly vault: VaultLink;
  /** Calls that the vault heard, in order. */
  readonly asked: {
    readonly call: string;
    readonly args: Record<string, unknown>;
    readonly blob: Buffer | undefined;
  }[];
  /** Answers of the vault beside the usual ones. */
  readonly answers: Record<
    string,
    (
      args: Record<string, unknown>,
      blob: Buffer | undefined,
    ) => { readonly value: unknown; readonly blob?: Buffer } | FailureCode
  >;
  host(index: number, onGuest: (guest: Guest) => void): Promise<Server>;
  listen(path: string, onConnection: (socket: Socket) => void): Promise<Server>;
  close(): Promise<void>;
}

/** A run directory with a vault that knows alice, speaking the real protocol on real sockets. */
export async function openHouse(): Promise<House> {
  const run = mkdtempSync(join(tmpdir(), 'house-'));
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const asked: House['asked'] = [];
  const answers: House['answers'] = {
    'component.login': (args) => ({ value: { component: args['component'] } }),
    'portal.configuration': () => ({
      value: { branding: 'Postern of the test', methods: ['vault'], version: '0', sessionHosts: 1 },
    }),
    'portal.psmServer': (args) => ({
      value: {
        proof: sign(
          null,
          Buffer.from(
            landingProofText(String(args['nonce']), String(args['sessionId']), String(args['permit'])),
          ),
          psmServer.privateKey,
        ).toString('base64'),
      },
    }),
    'person.login': (args, blob) =>
      args['user'] === 'alice' && blob?.toString() === 'right' ? { value: loggedIn } : 'LOGIN_REFUSED',
    'person.keyKnown': () => ({ value: false }),
    'person.logout': () => ({ value: null }),
    'person.accounts': () => ({ value: [account] }),
    'person.recordings': () => ({ value: [] }),
    'person.sessions': () => ({ value: [] }),
    'person.connect': () => ({
      value: {
        permit: 'permit-1',
        sessionId: 'n0000000000000000000n',
        account: 'admin60@secappslearning.com',
        hosts: [0, 1],
      },
    }),
    'person.reattach': () => ({ value: { permit: 'permit-2', host: 1 } }),
    'person.decideHostKey': () => ({ value: null }),
    'person.replay': () => ({ value: { permit: 'permit-3' } }),
  };
  const handle: Handler = async (call, args, blob) => {
    asked.push({
      call,
      args: args as Record<string, unknown>,
      blob: blob === undefined ? undefined : Buffer.from(blob),
    });
    const answer = answers[call]?.(args as Record<string, unknown>, blob) ?? 'PROTOCOL';
    return typeof answer === 'string' ? failed(failure(answer)) : done(answer);
  };
  const listen: House['listen'] = (path, onConnection) =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        onConnection(socket);
      });
      servers.push(server);
      server.listen(path, () => resolve(server));
    });
  await listen(socketPath(run, 'vault-portal'), (socket) => void new RpcPeer(socket, { handle }));
  const credential = (component: Component): ComponentCredential => ({
    component,
    read: () => done(Secret.take(randomBytes(32))),
    digest: () => done(randomBytes(32)),
    readStaged: () => null,
    stage: () => undefined,
    promote: () => undefined,
    discard: () => undefined,
  });
  const vault = new VaultLink({
    path: socketPath(run, 'vault-portal'),
    components: [credential('PVWAApp'), credential('PVWAGW')],
  });
  return {
    run,
    vault,
    asked,
    answers,
    listen,
    host: (index, onGuest) => listen(socketPath(run, 'session', index), (socket) => receive(socket, onGuest)),
    async close() {
      vault.stop();
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      rmSync(run, { recursive: true, force: true });
    },
  };
}

export const loggedIn = {
  ticket: 'ticket-1',
  person: { user: 'alice', groups: [], rights: [], lastSuccess: null, lastFailure: null, auditor: false },
  mustChange: false,
  secondFactor: 'done' as const,
};

function receive(socket: Socket, onGuest: (guest: Guest) => void): void {
  const nonce = randomBytes(16).toString('hex');
  const decoder = new FrameDecoder();
  const messages: ToHost[] = [];
  let guest: Guest | null = null;
  const say = (message: ToPortal): void => void socket.write(encodeJson(message));
  say({ type: 'challenge', nonce });
  socket.on('data', (bytes: Buffer) => {
    for (const frame of decoder.push(bytes)) {
      if (frame.kind === FRAME.data) {
        guest?.onData(frame.payload);
        continue;
      }
      const message = JSON.parse(frame.payload.toString()) as ToHost;
      if (guest !== null) {
        messages.push(message);
        guest.onMessage(message);
        continue;
      }
      const proven =
        'proof' in message &&
        verify(
          null,
          Buffer.from(landingProofText(nonce, message.sessionId, message.permit)),
          psmServer.publicKey,
          Buffer.from(message.proof, 'base64'),
        );
      guest = {
        opening: message,
        proven,
        messages,
        say,
        socket,
        data: (data) => socket.write(encodeFrame(FRAME.data, data)),
        onData: () => undefined,
        onMessage: () => undefined,
      };
      onGuest(guest);
    }
  });
}
