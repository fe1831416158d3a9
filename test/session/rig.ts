/** A real session host in its own process, with a real box, against a vault that this test plays over the real contract. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve as pathOf } from 'node:path';
import headless from '@xterm/headless';
import type { CallArgs, CallName } from '#/contract/calls.js';
import type { Channel } from '#/contract/channel.js';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { ToChild } from '#/contract/orders.js';
import type { SessionGrant, SignedHead } from '#/contract/rows.js';
import { RpcPeer } from '#/contract/rpc.js';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { landingProofText, type ToHost, type ToPortal, type WantedChannel } from '#/contract/session-link.js';
import { runPaths, socketPath } from '#/contract/sockets.js';
import { failure } from '#/domain/failure.js';
import { makeId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { createCredentialFile } from '#/house/credential-file.js';
import { credentialPath } from '#/house/credential-paths.js';
import { resolvePolicy } from '#/policy/resolve.js';
import { openSocket } from '#/supervisor/listeners.js';
import { sshBinds } from '#/supervisor/ssh-binds.js';
import { descriptors } from '#/supervisor/supervised-child.js';
import { writeBox } from '#/supervisor/write-box.js';
import { channelOf } from '../helpers/child-channel.ts';

export const hasWrapper =
  existsSync('/usr/lib/x86_64-linux-gnu/libnss_wrapper.so') ||
  existsSync('/usr/lib/aarch64-linux-gnu/libnss_wrapper.so');
export const hasBox =
  process.getuid?.() === 0 && existsSync('/usr/bin/bwrap') && existsSync('/usr/sbin/sshd');
const SHADOW = 203_777;
const root = pathOf(import.meta.dirname, '../..');

export type Asked = { readonly call: CallName; readonly args: Record<string, unknown> };
export type Answer = (
  args: never,
) => Outcome<{ readonly value: unknown; readonly blob?: Buffer }> | undefined;

export interface Rig extends AsyncDisposable {
  readonly run: string;
  readonly spool: string;
  /** Everything that the session host has asked, in order. */
  readonly asked: Asked[];
  /** What redeem grants; secrets beside it. */
  grant: Omit<SessionGrant, 'sessionId'>;
  secret: { readonly secret: Buffer; readonly passphrase: Buffer };
  /** Walls of the boxes to come. */
  level: 3 | 2 | 1;
  /** Takes a call's answer into the test's hands; undefined: as usual. */
  answer: Partial<Record<CallName, Answer>>;
  readonly host: ChildProcess;
  restart(): Promise<void>;
  terminate(sessionId: string, kind: 'terminated' | 'owner-ended'): Promise<Outcome<unknown>>;
  open(options?: OpenOptions): Promise<Person>;
  attach(sessionId: string, size?: { readonly columns: number; readonly rows: number }): Promise<Person>;
  drain(): Promise<number | null>;
  boxes(): readonly string[];
}

interface OpenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly badProof?: boolean;
  readonly channel?: WantedChannel;
}

/** A portal with its person: what came, what the screen shows, and hands to type with. */
export interface Person {
  readonly sessionId: string;
  readonly messages: ToPortal[];
  readonly bytes: () => Buffer;
  readonly text: () => string;
  say(message: ToHost): void;
  type(text: string): void;
  sees(text: string | RegExp, within?: number): Promise<void>;
  hears<T extends ToPortal['type']>(type: T, within?: number): Promise<Extract<ToPortal, { type: T }>>;
  readonly screen: InstanceType<typeof headless.Terminal>;
  readonly socket: Socket;
  readonly closed: Promise<void>;
}

export async function until<T>(
  test: () => T | undefined | null | false,
  within = 15_000,
  tell: () => string = () => '',
): Promise<T> {
  for (const end = Date.now() + within; ; await new Promise((go) => setTimeout(go, 10))) {
    const value = test();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error(`not within ${within} ms; so far: ${tell()}`);
  }
}

export async function startRig(): Promise<Rig> {
  const run = mkdtempSync('/run/pts-');
  chmodSync(run, 0o755);
  const paths = runPaths(run);
  const spool = join(run, 'spool');
  const credentials = join(run, 'credentials');
  for (const one of [paths.bin, paths.boxes, paths.sessions, spool, credentials]) mkdirSync(one);
  chmodSync(paths.boxes, 0o711);
  // small, so that a test can fill it
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'postern-test-spool', spool]);
  chmodSync(paths.sessions, 0o711);
  installBox(run);
  mkdirSync(join(credentials, 'session'));
  createCredentialFile({
    path: credentialPath(credentials, 'PSMGW'),
    component: 'PSMGW',
    password: randomBytes(32),
    binding: { hostName: hostname(), uid: 0, executable: 'processes/session.js' },
  });
  const key = generateKeyPairSync('ed25519');
  const recipient = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }).x ?? '';
  const asked: Asked[] = [];
  const peers = new Set<RpcPeer>();
  const state = {
    run,
    spool,
    asked,
    level: 3 as 3 | 2 | 1,
    answer: {} as Partial<Record<CallName, Answer>>,
    grant: {
      user: 'alice',
      from: '192.0.2.1',
      account: 'tgt@target',
      accountId: 'a1',
      safe: 'S',
      target: { user: 'tgt', address: '127.0.0.1', port: 1 },
      secretKind: 'password',
      hostKey: null,
      forward: null,
      listen: null,
      lending: { lent: [], withheld: [] },
      policy: { ...resolvePolicy([]).values, idleMinutes: 0 },
      recording: { safe: 'PSMRecordings', recipient: Buffer.from(recipient, 'base64url').toString('base64') },
      isolation: 3,
    } satisfies Omit<SessionGrant, 'sessionId'> as Omit<SessionGrant, 'sessionId'>,
    secret: { secret: Buffer.from('none'), passphrase: Buffer.alloc(0) },
  };
  const binds = { 3: sshBinds(3), 2: sshBinds(2), 1: sshBinds(1) };

  const usual: {
    [K in CallName]?: (args: CallArgs<K>) => Outcome<{ readonly value: unknown; readonly blob?: Buffer }>;
  } = {
    'component.login': () => done({ value: { component: 'PSMGW' } }),
    'component.rotation': () => done({ value: { current: true } }),
    'session.hello': () =>
      done({
        value: { psmServer: key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
      }),
    'session.landed': () => done({ value: { share: null, ride: null } }),
    'session.redeem': ({ sessionId }) =>
      done({
        value: { ...state.grant, sessionId },
        blob: encodeSecretPayload(state.secret.secret, state.secret.passphrase),
      }),
    'session.shadow': ({ sessionId, program }) => {
      writeBox(
        paths.boxes,
        sessionId,
        {
          level: state.level,
          uid: SHADOW,
          gid: SHADOW,
          name: 'PSMShadow-alice',
          home: '',
          program,
          fsize: 1_000_000,
          term: 'xterm-256color',
          lang: 'C.UTF-8',
          session: join(paths.sessions, sessionId),
        },
        binds[state.level],
      );
      return done({ value: { name: 'PSMShadow-alice', uid: SHADOW, level: state.level, healed: null } });
    },
    'session.head': ({ recordingId, segments, head, final }) =>
      done({
        value: { recordingId, segments, head, final, at: Date.now(), signature: 'x' } satisfies SignedHead,
      }),
    'session.redeemAttach': () => done({ value: { user: state.grant.user } }),
  };
  const vault: Server = createServer((socket) => {
    const peer = new RpcPeer(socket, {
      handle: (call, args) => {
        asked.push({ call: call as CallName, args: args as Record<string, unknown> });
        const special = state.answer[call as CallName]?.(args as never);
        const answer =
          special ??
          (
            usual[call as CallName] as
              | ((args: unknown) => Outcome<{ value: unknown; blob?: Buffer }>)
              | undefined
          )?.(args) ??
          done({ value: null });
        return Promise.resolve(answer);
      },
      onClose: () => peers.delete(peer),
    });
    peers.add(peer);
  });
  await new Promise<void>((ready) => vault.listen(socketPath(run, 'vault-session'), ready));
  const listeners = (['session', 'session-watch'] as const).map((name) => openSocket(run, name, 0, null));
  let channel: Channel<ToChild>;
  let isReady: Promise<void>;
  let host = start();
  await untilReady();

  function start(): ChildProcess {
    const child = spawn(
      pathOf(root, 'node_modules/.bin/node'),
      [join(root, 'dist/programs/processes/session.js')],
      {
        cwd: '/',
        env: { NODE_ENV: 'production', LANG: 'C.UTF-8' },
        detached: true,
        stdio: [
          'ignore',
          'inherit',
          process.env['POSTERN_RIG_LOG'] === undefined ? 'ignore' : 'inherit',
          'pipe',
          ...listeners.map(({ fd }) => fd),
        ],
      },
    );
    const ready = Promise.withResolvers<void>();
    channel = channelOf(child, ({ type }) => (type === 'ready' ? ready.resolve() : undefined));
    child.once('exit', () => ready.reject(new Error('the session host ended')));
    ready.promise.catch(() => undefined);
    isReady = ready.promise;
    channel.send({
      type: 'start',
      settings: {
        role: 'session',
        index: 0,
        run,
        listening: descriptors(listeners),
        bastion: 'test',
        isolation: 3,
        minimumIsolation: 3,
        sessionHosts: 1,
        paths: {
          home: run,
          vault: '',
          masterKey: null,
          masterKeyOnHost: null,
          credentials,
          hostKeys: '',
          spool,
          recordings: '',
          sessions: paths.sessions,
          box: paths.box,
        },
        configuration: {
          branding: '',
          idleMinutes: 0,
          maximumMinutes: 0,
          graceMinutes: 5,
          maxSessions: 0,
          maxSessionsPerUser: 0,
          hostKeyPolicy: 'ask',
          recordInput: false,
          shadowUidFirst: 0,
          shadowUidCount: 0,
          spoolReserveMb: 1,
          loginGraceSeconds: 120,
          keepAliveSeconds: 15,
          maxStartups: '',
          userNameDelimiters: '@#',
          liveGroups: { control: [], terminate: [], suspend: [] },
          userCertificateAuthorities: [],
          credentialRotationMinutes: 0,
        },
      },
    });
    return child;
  }
  async function untilReady(): Promise<void> {
    await isReady;
    await until(() => asked.some((one) => one.call === 'session.hello'));
  }
  async function person(
    sessionId: string,
    say: (nonce: string) => ToHost,
    size: { readonly columns: number; readonly rows: number },
  ): Promise<Person> {
    const socket = connect(socketPath(run, 'session', 0));
    const one = watch(socket, sessionId, size);
    const { nonce } = await one.hears('challenge');
    one.say(say(nonce));
    return one;
  }
  const prove = (nonce: string, sessionId: string, permit: string): string =>
    sign(
      null,
      Buffer.from(landingProofText(nonce, sessionId, permit)),
      createPrivateKey(key.privateKey.export({ format: 'pem', type: 'pkcs8' })),
    ).toString('base64');

  const hands = {
    get host() {
      return host;
    },
    async restart() {
      asked.length = 0;
      host = start();
      await untilReady();
    },
    async terminate(sessionId: string, kind: 'terminated' | 'owner-ended') {
      const [peer] = peers;
      return peer === undefined
        ? failed(failure('SESSION_GONE'))
        : await peer.call('host.terminate', { sessionId, by: 'bob', reason: 'enough', kind });
    },
    open({ columns = 80, rows = 24, badProof = false, channel: wanted }: OpenOptions = {}) {
      const sessionId = makeId('session', randomBytes(20));
      return person(
        sessionId,
        (nonce) => ({
          type: 'open',
          permit: 'p',
          sessionId,
          proof: prove(badProof ? 'other' : nonce, sessionId, 'p'),
          columns,
          rows,
          term: 'xterm-256color',
          lang: 'C.UTF-8',
          ...(wanted === undefined ? {} : { channel: wanted }),
        }),
        { columns, rows },
      );
    },
    attach(sessionId: string, size = { columns: 80, rows: 24 }) {
      return person(
        sessionId,
        (nonce) => ({ type: 'attach', permit: 'q', sessionId, proof: prove(nonce, sessionId, 'q'), ...size }),
        size,
      );
    },
    async drain() {
      const code = new Promise<number | null>((resolve) => host.once('exit', resolve));
      channel.send({ type: 'drain' });
      return await code;
    },
    boxes: () =>
      execFileSync('ps', ['-eo', 'pid,uid,args'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(` ${SHADOW} `) || line.includes(paths.box)),
    async [Symbol.asyncDispose]() {
      if (host.exitCode === null && host.signalCode === null) {
        const gone = new Promise((resolve) => host.once('exit', resolve));
        host.kill('SIGKILL');
        await gone;
      }
      for (const listener of listeners) listener.close();
      for (const peer of peers) peer.close('over');
      vault.close();
      execFileSync('umount', [spool]);
      rmSync(run, { recursive: true, force: true });
    },
  };
  return Object.defineProperties(state, Object.getOwnPropertyDescriptors(hands)) as unknown as Rig;
}

function installBox(run: string): void {
  const paths = runPaths(run);
  const build = join(run, 'build');
  execFileSync('make', ['-s', '-C', join(root, 'native'), `BUILD=${build}`], { stdio: 'pipe' });
  copyFileSync(join(build, 'postern-box'), paths.box);
  copyFileSync(join(build, 'postern-inside'), join(paths.bin, 'postern-inside'));
  symlinkSync('postern-inside', join(paths.bin, 'postern-askpass'));
  chownSync(paths.box, 0, 0);
  chmodSync(paths.box, 0o4750);
  chmodSync(join(paths.bin, 'postern-inside'), 0o755);
  rmSync(build, { recursive: true });
}

function watch(
  socket: Socket,
  sessionId: string,
  size: { readonly columns: number; readonly rows: number },
): Person {
  const decoder = new FrameDecoder();
  const messages: ToPortal[] = [];
  const chunks: Buffer[] = [];
  const screen = new headless.Terminal({
    cols: size.columns,
    rows: size.rows,
    scrollback: 0,
    allowProposedApi: true,
  });
  socket.on('data', (bytes: Buffer) => {
    for (const frame of decoder.push(bytes)) {
      if (frame.kind === FRAME.json) messages.push(JSON.parse(frame.payload.toString()) as ToPortal);
      else {
        chunks.push(frame.payload);
        screen.write(frame.payload);
      }
    }
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const bytes = (): Buffer => Buffer.concat(chunks);
  const tell = (): string =>
    `${JSON.stringify(messages.slice(-4))} ${JSON.stringify(bytes().toString().slice(-600))}`;
  return {
    sessionId,
    messages,
    bytes,
    screen,
    socket,
    closed,
    text: () => bytes().toString(),
    say: (message) => void socket.write(encodeJson(message)),
    type: (text) => void socket.write(encodeFrame(FRAME.data, Buffer.from(text))),
    async sees(text, within = 15_000) {
      await until(
        () => (typeof text === 'string' ? bytes().includes(text) : text.test(bytes().toString())),
        within,
        tell,
      );
    },
    hears: (type, within = 15_000) =>
      until(() => messages.find((one) => one.type === type) as never, within, tell),
  };
}
