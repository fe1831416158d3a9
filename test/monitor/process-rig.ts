import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { ChildSettings, FromChild } from '#/contract/orders.js';
import type { FromMonitor, ToMonitor } from '#/contract/replay-link.js';
import { type Handler, RpcPeer } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { createCredentialFile } from '#/house/credential-file.js';
import { credentialPath } from '#/house/credential-paths.js';
import { channelOf } from '../helpers/child-channel.ts';

const dist = join(import.meta.dirname, '../../dist/programs');

/** A home and a run directory with a vault that knows one component, answers as told, and notes every question. */
export async function processRig(role: 'recorder' | 'monitor', component: Component, answer: Handler) {
  const home = mkdtempSync(join(tmpdir(), 'p-'));
  const paths = {
    spool: join(home, 'spool'),
    recordings: join(home, 'recordings'),
    credentials: join(home, 'credentials'),
  };
  for (const path of Object.values(paths)) mkdirSync(path);
  const password = randomBytes(32);
  mkdirSync(join(paths.credentials, role));
  createCredentialFile({
    path: credentialPath(paths.credentials, component),
    component,
    password,
    binding: { hostName: hostname(), uid: process.getuid?.() ?? 0, executable: `processes/${role}.js` },
  });
  const asked: string[] = [];
  const vault = createServer((socket) => {
    let loggedIn = false;
    new RpcPeer(socket, {
      handle: async (call, args, blob) => {
        asked.push(call);
        if (call === 'component.login')
          loggedIn =
            (args as { component: string }).component === component && (blob?.equals(password) ?? false);
        if (!loggedIn) return failed(failure('NOT_YOUR_ROLE', component));
        return call === 'component.login' ? done({ value: { component } }) : await answer(call, args, blob);
      },
    });
  });
  vault.listen(join(home, `vault-${role}.sock`));
  await once(vault, 'listening');
  const children: ChildProcess[] = [];
  return {
    home,
    paths,
    asked,
    /** Starts the real process, with these listening sockets, as the supervisor does. */
    async start(listening: readonly string[] = []): Promise<ChildProcess & { drain(): void }> {
      const servers = listening.map((name) => createServer().listen(join(home, name)));
      // closing ours removes the name that it was made with
      for (const name of listening) renameSync(join(home, name), join(home, `${name}.sock`));
      const fds = servers.map(
        (server) => (server as Server & { readonly _handle: { readonly fd: number } })._handle.fd,
      );
      const child = spawn(process.execPath, [join(dist, `processes/${role}.js`)], {
        stdio: ['ignore', 'inherit', 'pipe', 'pipe', ...fds],
      });
      children.push(child);
      for (const server of servers) server.close();
      child.stderr?.on('data', () => undefined);
      const settings = {
        role,
        index: 0,
        run: home,
        listening: listening.map((name, index) => ({ name, fd: 4 + index })),
        paths,
      } as unknown as ChildSettings;
      const { promise, resolve, reject } = Promise.withResolvers<FromChild>();
      child.once('exit', () =>
        reject(new Error(`${role} ended before it was ready; is dist of this source?`)),
      );
      const channel = channelOf(child, resolve);
      channel.send({ type: 'start', settings });
      const said = await promise;
      if (said.type !== 'ready') throw new Error(`${role} said ${said.type}`);
      return Object.assign(child, { drain: () => channel.send({ type: 'drain' }) });
    },
    async [Symbol.asyncDispose]() {
      for (const child of children)
        if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
      vault.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** One who watches: everything that the monitor said to him, and its bytes. */
export function viewer(path: string) {
  const socket = connect(path);
  const decoder = new FrameDecoder();
  const messages: FromMonitor[] = [];
  const parts: Buffer[] = [];
  const closed = once(socket, 'close');
  let news = Promise.withResolvers<void>();
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    for (const frame of decoder.push(bytes)) {
      if (frame.kind === FRAME.json) messages.push(JSON.parse(frame.payload.toString()) as FromMonitor);
      else parts.push(frame.payload);
    }
    news.resolve();
    news = Promise.withResolvers();
  });
  return {
    socket,
    messages,
    closed,
    say: (message: ToMonitor) => socket.write(encodeJson(message)),
    bytes: () => Buffer.concat(parts),
    /** Waits for a message of which this is true, the ones that have come included. */
    async sees<T extends FromMonitor['type']>(
      type: T,
      isIt: (message: Extract<FromMonitor, { type: T }>) => boolean = () => true,
    ): Promise<Extract<FromMonitor, { type: T }>> {
      for (;;) {
        const found = messages.find(
          (one): one is Extract<FromMonitor, { type: T }> =>
            one.type === type && isIt(one as Extract<FromMonitor, { type: T }>),
        );
        if (found !== undefined) return found;
        await news.promise;
      }
    },
  };
}
