import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { homePath, installation } from '#/configuration/home.js';
import { showAddress } from '#/configuration/listen.js';
import { EXIT } from '#/domain/failure.js';
import { fingerprint, parseHostKey } from '#/domain/host-key.js';
import { startCard } from '#/house/card.js';
import { type Daemon, startDaemon } from '#/supervisor/daemon.js';
import { checkedConfiguration, type Host, takeHost } from '#/supervisor/host.js';
import { levelOf } from '#/supervisor/isolation.js';
import { enterMountNamespace } from '#/supervisor/namespace.js';
import { Refusal } from '#/supervisor/refusal.js';

const say = (line: string): void => void process.stderr.write(`postern: ${line}\n`);

/** Milliseconds in which one signal may reach us twice: directly, and passed on by the process that started us. */
const SAME_SIGNAL = 700;

process.umask(0o022);
// whoever read our output may leave before us
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
try {
  await main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  for (const line of error.message.split('\n')) say(line);
  process.exit(error.exitCode);
}

/** The daemon, in the foreground. Secrets and bytes from the network never come here. */
async function main(): Promise<void> {
  const { home: given } = new Command('posternd').description('Runs Postern in the foreground.').option('--home <directory>', 'where its state lives (or POSTERN_HOME)').exitOverride((end) => process.exit(end.exitCode === 0 ? EXIT.done : EXIT.usage)).parse().opts<{ home?: string }>();
  const home = homePath(given, process.env);
  const configuration = checkedConfiguration({ home, env: process.env });
  const namespace = process.getuid?.() === 0 && enterMountNamespace();
  const host = takeHost({ home, installation: installation(), env: process.env, say }, configuration);
  const stopping = stopSignals();
  try {
    const alsoLogTo = (line: string): void => void process.stderr.write(line);
    const daemon = await startDaemon({ host, namespace, env: process.env, say, ...(process.stderr.isTTY ? {} : { alsoLogTo }) });
    process.on('exit', () => daemon.kill());
    const up = await Promise.race([daemon.ready().then(() => true), stopping.first.then(() => false)]);
    if (up) await serve(host, daemon, stopping.first);
    void stopping.second.then(() => daemon.kill());
    await daemon.stop();
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(error instanceof Error ? error.message : 'unknown failure');
  } finally {
    host.release();
  }
  process.exit(EXIT.done);
}

async function serve(host: Host, daemon: Daemon, end: Promise<void>): Promise<void> {
  const password = join(host.home, 'administrator-password');
  process.stdout.write(
    `${startCard({
      version: versionOf(host.installation),
      ...host.address,
      fingerprint: hostKeyFingerprint(host.home),
      passwordFile: existsSync(password) ? password : null,
      demo: daemon.demo,
      home: host.home,
      recordings: host.recordings,
      isolation: `level ${levelOf(daemon.trials)} of 3, tried out`,
      reduced: daemon.reduced,
    })}\npostern ready on ${showAddress(host.address)}\n`,
  );
  await end;
  if (process.stdout.isTTY) process.stdout.write('\nstopping: sessions are told, recordings are being sealed (once more: at once)\n');
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

function hostKeyFingerprint(home: string): string {
  const key = parseHostKey(readFileSync(join(home, 'portal/ssh_host_ed25519_key.pub'), 'utf8'));
  return key === null ? 'unknown' : fingerprint(key);
}

function versionOf(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  return version;
}
