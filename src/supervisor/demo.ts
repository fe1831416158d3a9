import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { runPaths } from '#/contract/sockets.js';
import { demoCommand } from './demo-command.js';
import type { Host } from './host.js';
import { type Listener, openPort } from './listeners.js';
import { type ChildState, descriptors, superviseChild } from './supervised-child.js';

/** What the initialisation left about the demo target: where it listens and as whom one logs in there. */
const demoFile = z.object({ user: z.string(), address: z.string(), port: z.int() });

export interface DemoKeeper {
  /** user@address of the account; null: there is no demo now. */
  readonly account: string | null;
  states(): readonly ChildState[];
  stop(): Promise<void>;
  kill(): void;
}

export interface DemoOptions {
  readonly host: Host;
  readonly onOutput: (name: string, stream: Readable) => void;
  readonly onEvent: (name: string, what: string) => void;
}

const MEMORY_MB = 128;

/** Keeps the demo target. Whatever happens to it is logged and takes nothing else down. */
export function demoKeeper(options: DemoOptions): DemoKeeper {
  const none: DemoKeeper = {
    account: null,
    states: () => [],
    stop: async () => undefined,
    kill: () => undefined,
  };
  const { host } = options;
  const path = join(host.home, 'demo/demo.json');
  if (!host.configuration.demo || !host.root || !existsSync(path)) return none;
  try {
    const { user, address, port } = demoFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    const door = openPort('demo', address, port, `${address}:${port}`);
    const child = start(options, door);
    const stop = async (): Promise<void> => {
      door.close();
      await child.drain(2000);
    };
    return { account: `${user}@${address}`, states: () => [child.state()], stop, kill: () => child.kill() };
  } catch (error) {
    options.onEvent('demo', `not started: ${error instanceof Error ? error.message : 'unknown'}`);
    return none;
  }
}

function start({ host, onOutput, onEvent }: DemoOptions, door: Listener) {
  const { run, bastion, accounts, configuration, range } = host;
  const nothing = '/';
  return superviseChild({
    name: 'demo',
    command: demoCommand({
      run: runPaths(run),
      account: accounts?.demo ?? { name: 'postern-demo', uid: 0, gid: 0 },
      memoryMb: MEMORY_MB,
    }),
    listeners: [door],
    settings: {
      role: 'demo',
      index: 0,
      run: nothing,
      listening: descriptors([door]),
      bastion,
      isolation: 3,
      minimumIsolation: 3,
      sessionHosts: 0,
      paths: {
        home: '/demo',
        vault: nothing,
        masterKey: null,
        masterKeyOnHost: null,
        credentials: nothing,
        hostKeys: nothing,
        spool: nothing,
        recordings: nothing,
        sessions: nothing,
        box: nothing,
      },
      configuration: { ...configuration, shadowUidFirst: range.first },
    },
    watchdog: 10_000,
    startLimit: 60_000,
    oomScore: 900,
    onOrder: null,
    onOutput: (stream) => onOutput('demo', stream),
    onEvent: (what) => onEvent('demo', what),
  });
}
