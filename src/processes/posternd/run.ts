import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { homePath, installation, programFile } from '#/configuration/home.js';
import { showAddress } from '#/configuration/listen.js';
import { EXIT } from '#/domain/failure.js';
import { fingerprint, parseHostKey } from '#/domain/host-key.js';
import { startCard } from '#/house/card.js';
import { FIRST_PASSWORD } from '#/house/new-password.js';
import { type Daemon, startDaemon } from '#/supervisor/daemon.js';
import { checkedConfiguration, type Host, takeHost } from '#/supervisor/host.js';
import { initialise, isInitialised } from '#/supervisor/initialise.js';
import { levelOf } from '#/supervisor/isolation.js';
import { outsideKey } from '#/supervisor/master-key.js';
import { Refusal } from '#/supervisor/refusal.js';

const say = (line: string): void => void process.stderr.write(`postern: ${line}\n`);

/** Milliseconds in which one signal may reach us twice: directly, and passed on by the process that started us. */
const SAME_SIGNAL = 700;

const USAGE = `Usage: posternd [--home DIRECTORY] [--init]

Runs Postern in the foreground.

  --home DIRECTORY  where its state lives (or POSTERN_HOME)
  --init            make a new home, say where its one-time password is, and leave
`;

/**
 * The daemon, in the foreground. Secrets and bytes from the network never come here. `namespace`: we are in a mount namespace
 * of our own.
 */
export async function runDaemon(namespace: boolean): Promise<void> {
  process.umask(0o022);
  // whoever read our output may leave before us
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(EXIT.failed);
  });
  try {
    await main(namespace);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    for (const line of error.message.split('\n')) say(line);
    process.exit(error.exitCode);
  }
}

async function main(namespace: boolean): Promise<void> {
  const { home: given, init } = options();
  const home = homePath(given, process.env);
  const configuration = checkedConfiguration({ home, env: process.env });
  // a home that is only made needs no port
  const listen = init ? '127.0.0.1:0' : configuration.listen;
  const host = takeHost(
    { home, installation: installation(), env: process.env, say },
    { ...configuration, listen },
  );
  const stopping = stopSignals();
  try {
    if (init) return await initialiseOnly(host);
    const fresh = !isInitialised(host.home);
    const alsoLogTo = (line: string): void => void process.stderr.write(line);
    const daemon = await startDaemon({
      host,
      namespace,
      env: process.env,
      say,
      ...(process.stderr.isTTY ? {} : { alsoLogTo }),
    });
    process.on('exit', () => daemon.kill());
    const up = await Promise.race([daemon.ready().then(() => true), stopping.first.then(() => false)]);
    if (up) await serve({ host, daemon, fresh }, stopping.first);
    void stopping.second.then(() => daemon.kill());
    await daemon.stop();
  } catch (error) {
    throw error instanceof Refusal
      ? error
      : new Refusal(error instanceof Error ? error.message : 'unknown failure');
  } finally {
    host.release();
  }
  process.exit(EXIT.done);
}

function options(): { readonly home: string | undefined; readonly init: boolean } {
  try {
    const known = {
      home: { type: 'string' },
      init: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values } = parseArgs({ options: known });
    if (values.help !== true) return { home: values.home, init: values.init === true };
  } catch (error) {
    throw new Refusal(
      `${error instanceof Error ? error.message : 'bad usage'}\n${USAGE.trimEnd()}`,
      EXIT.usage,
    );
  }
  process.stdout.write(USAGE);
  process.exit(EXIT.done);
}

async function initialiseOnly(host: Host): Promise<void> {
  if (isInitialised(host.home)) throw new Refusal(`${host.home} is initialised already`);
  await initialise(host, outsideKey(host.configuration, process.env));
  const password = join(host.home, FIRST_PASSWORD);
  process.stdout.write(
    `${host.home} is made${existsSync(password) ? `; Administrator's one-time password is in ${password}` : ''}\n`,
  );
}

interface Served {
  readonly host: Host;
  readonly daemon: Daemon;
  /** The home was made at this start. */
  readonly fresh: boolean;
}

async function serve({ host, daemon, fresh }: Served, end: Promise<void>): Promise<void> {
  const file = join(host.home, FIRST_PASSWORD);
  process.stdout.write(
    `${startCard({
      version: versionOf(host.installation),
      ...host.address,
      fingerprint: hostKeyFingerprint(host.home),
      password: existsSync(file) ? { file } : fresh && process.stdout.isTTY ? 'above' : null,
      demo: daemon.demo,
      home: host.home,
      recordings: host.recordings,
      isolation: `level ${levelOf(daemon.trials)} of 3, tried out`,
      reduced: daemon.reduced,
    })}\npostern ready on ${showAddress(host.address)}\n`,
  );
  if (host.configuration.masterKeyMode === 'passphrase' && process.stdin.isTTY) askToUnseal(host);
  await end;
  if (process.stdout.isTTY)
    process.stdout.write('\nstopping: sessions are told, recordings are being sealed (once more: at once)\n');
}

/** The first signal asks the house to empty, the second one does not wait for it. */
function stopSignals(): { readonly first: Promise<void>; readonly second: Promise<void> } {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let since = Infinity;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      since = Math.min(since, performance.now());
      (performance.now() - since < SAME_SIGNAL ? first : second).resolve();
    });
  }
  return { first: first.promise, second: second.promise };
}

/** The passphrase is typed into a process of its own: it never comes here. */
function askToUnseal(host: Host, tries = 3): void {
  const program = programFile('postern', host.installation);
  spawn(process.execPath, [program, 'unseal', '--home', host.home], { stdio: 'inherit' })
    .on('error', () => undefined)
    .on('exit', (code) => {
      if (code === EXIT.denied && tries > 1) askToUnseal(host, tries - 1);
    });
}

function hostKeyFingerprint(home: string): string {
  const key = parseHostKey(readFileSync(join(home, 'portal/ssh_host_ed25519_key.pub'), 'utf8'));
  return key === null ? 'unknown' : fingerprint(key);
}

function versionOf(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return version;
}
