import type { Socket } from 'node:net';
import type { HostKey } from '#/domain/host-key.js';
import { AGENT, agentMessage, Fields, messageSplitter, sshString } from './agent-wire.js';
import { type OneShot, openOneShot } from './one-shot.js';
import { type SigningKey, signFor, verifyBy } from './ssh-keys.js';

/** An ssh-agent for one login: one key, one host, one user, one signature. */
export interface Agent extends OneShot {
  readonly signed: boolean;
}

export interface AgentOptions {
  readonly path: string;
  readonly key: SigningKey;
  /** Nothing is answered before. */
  readonly allowed?: Promise<void> | undefined;
  /** The login name at the target. */
  readonly user: string;
  /** The key of the host that the signature is for. */
  readonly hostKey: HostKey;
}

/** Bytes of answers that a client may leave unread: one that was taken over must not fill our memory. */
const MOST_UNREAD = 64 * 1024;

export async function openAgent(options: AgentOptions): Promise<Agent> {
  let signed = false;
  const server = await openOneShot(options.path, 1, (socket) => void waited(socket));
  return {
    close: server.close,
    get signed() {
      return signed;
    },
  };

  async function waited(socket: Socket): Promise<void> {
    await options.allowed;
    serve(socket);
  }
  function serve(socket: Socket): void {
    const split = messageSplitter();
    let bound: Buffer | null = null;
    socket.on('data', (bytes: Buffer) => {
      try {
        for (const message of split(bytes)) {
          const answer = decide(options, { bound, signed }, message);
          bound = answer.bound ?? bound;
          signed ||= answer.signature;
          socket.write(answer.reply);
          if (socket.writableLength > MOST_UNREAD) return void socket.destroy();
        }
      } catch {
        socket.destroy();
      }
    });
    socket.once('end', () => socket.end());
  }
}

interface Answer {
  readonly reply: Buffer;
  readonly signature: boolean;
  /** The session that the connection is bound to from now on. */
  readonly bound?: Buffer;
}

const REFUSED: Answer = { reply: agentMessage(AGENT.failure), signature: false };

/** What an agent for this one login answers; anything but its three questions is refused. */
export function decide(
  options: Omit<AgentOptions, 'path' | 'allowed'>,
  state: { readonly bound: Buffer | null; readonly signed: boolean },
  message: Buffer,
): Answer {
  switch (message[0]) {
    case AGENT.requestIdentities: {
      const one = Buffer.concat([Buffer.of(0, 0, 0, 1), sshString(options.key.blob), sshString('')]);
      return { reply: agentMessage(AGENT.identities, one), signature: false };
    }
    case AGENT.extension: {
      const session =
        state.bound === null ? sessionOf(new Fields(message.subarray(1)), options.hostKey) : null;
      return session === null
        ? REFUSED
        : { reply: agentMessage(AGENT.success), signature: false, bound: session };
    }
    case AGENT.signRequest: {
      if (state.bound === null || state.signed) return REFUSED;
      const fields = new Fields(message.subarray(1));
      const wanted = fields.string();
      const data = fields.string();
      if (!wanted.equals(options.key.blob) || !isLogin(new Fields(data), options, state.bound))
        return REFUSED;
      const signature = signFor(options.key, data, fields.word());
      return signature === null
        ? REFUSED
        : { reply: agentMessage(AGENT.signResponse, sshString(signature)), signature: true };
    }
    default:
      return REFUSED;
  }
}

/** session-bind@openssh.com: the host proved with its key that it is at the other end of this session. */
function sessionOf(fields: Fields, expected: HostKey): Buffer | null {
  if (fields.text() !== 'session-bind@openssh.com') return null;
  const hostKey = fields.string();
  const session = fields.string();
  const signature = fields.string();
  const forwarding = fields.byte() !== 0;
  if (forwarding || !hostKey.equals(Buffer.from(expected.base64, 'base64'))) return null;
  return verifyBy(hostKey, session, signature) ? Buffer.from(session) : null;
}

const USERAUTH_REQUEST = 50;

/** The data to be signed are a login of this user, in this session, with this key, to this host. */
function isLogin(fields: Fields, options: Omit<AgentOptions, 'path' | 'allowed'>, bound: Buffer): boolean {
  if (!fields.string().equals(bound) || fields.byte() !== USERAUTH_REQUEST) return false;
  if (fields.text() !== options.user || fields.text() !== 'ssh-connection') return false;
  const method = fields.text();
  const withSignature = fields.byte() === 1;
  const algorithm = fields.text();
  const key = fields.string();
  if (!withSignature || !key.equals(options.key.blob) || !fits(algorithm, options.key.type)) return false;
  if (method === 'publickey') return fields.atEnd;
  return (
    method === 'publickey-hostbound-v00@openssh.com' &&
    fields.string().equals(Buffer.from(options.hostKey.base64, 'base64')) &&
    fields.atEnd
  );
}

function fits(algorithm: string, type: string): boolean {
  return type === 'ssh-rsa'
    ? algorithm === 'rsa-sha2-512' || algorithm === 'rsa-sha2-256'
    : algorithm === type;
}
