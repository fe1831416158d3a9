import type { Socket } from 'node:net';
import type { HostKey } from '#/domain/host-key.js';
import { openAgent } from './agent.js';
import { openAsk } from './ask.js';
import type { Credential } from './credential.js';
import { type Dial, openDial } from './dial.js';
import { type HostKeyDesk, openHostKeyDesk } from './host-key.js';
import { type OneShot, openOneShot } from './one-shot.js';
import type { SessionDirectory } from './session-directory.js';
import { openUp } from './up.js';

/** All that the client in the box can reach. */
export interface ClientSockets {
  readonly dial: Dial;
  readonly hostKey: HostKeyDesk;
  readonly secretUsed: boolean;
  /** After the login nothing but the connection is needed. */
  closeLogin(): void;
  end(): void;
}

export interface ClientSocketsOptions {
  readonly directory: SessionDirectory;
  readonly credential: Credential;
  readonly user: string;
  readonly hostKey: HostKey;
  readonly target: Socket;
  readonly now: () => number;
  /** The secret is not used before. */
  readonly allowed?: Promise<void>;
  /** The client is logged in; its session begins when this resolves. */
  readonly onUp: () => Promise<void>;
  /** The client is to forward an agent: before it does, it looks whether there is one at all. */
  readonly lends: boolean;
  /** The client asks for what it gets no answer to. */
  readonly onAskedAgain: (why: string) => void;
}

/** So often the client looks; nobody answers there. */
const LOOKS = 4;

export async function openClientSockets(options: ClientSocketsOptions): Promise<ClientSockets> {
  const { directory, credential, allowed } = options;
  // when one of them cannot be opened, those before it are not left listening
  using opened = new DisposableStack();
  const dial = await openDial(directory.socket('dial'), options.target, options.now);
  opened.defer(() => dial.end());
  const hostKey = await openHostKeyDesk(directory.socket('hostkey'), options.hostKey);
  opened.defer(() => hostKey.close());
  let mute: OneShot | null = null;
  const up = await openUp(directory.socket('up'), async () => {
    await options.onUp();
    if (options.lends)
      mute = await openOneShot(directory.socket('agent'), LOOKS, (socket) => socket.destroy());
  });
  opened.defer(() => up.close());
  const login = await openLogin();
  opened.move();
  const closeLogin = (): void => {
    login.close();
    hostKey.close();
    up.close();
  };
  return {
    dial,
    hostKey,
    get secretUsed() {
      return login.used();
    },
    closeLogin,
    end() {
      closeLogin();
      mute?.close();
      dial.end();
    },
  };

  async function openLogin(): Promise<OneShot & { readonly used: () => boolean }> {
    if (credential.kind === 'password') {
      const ask = await openAsk({
        path: directory.socket('ask'),
        secret: credential.secret,
        allowed,
        onRefused: options.onAskedAgain,
      });
      return { close: () => ask.close(), used: () => ask.answered };
    }
    const agent = await openAgent({
      path: directory.socket('agent'),
      key: credential.key,
      allowed,
      user: options.user,
      hostKey: options.hostKey,
    });
    return { close: () => agent.close(), used: () => agent.signed };
  }
}
