import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { CREDENTIAL_FILES } from '#/contract/credentials.js';
import type { CredentialLook, CredentialOrder, OrderResult } from '#/contract/orders.js';
import { runPaths } from '#/contract/sockets.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';
import { DROPPED, identity, nodeCommand } from './child-command.js';
import { makeLayout } from './layout.js';

const sha256 = z.base64().length(44).nullable();
const phrase = z.string().max(1024);

/** The process that answers runs as a component's own user: it is believed no further than this. */
const look = z.strictObject({
  kind: z.literal('credential'),
  state: z.enum(['good', 'missing', 'refused']),
  detail: phrase,
  hash: sha256,
  stagedHash: sha256,
  hostName: phrase.nullable(),
  uid: z.int().nullable(),
  executable: phrase.nullable(),
  madeAt: z.int().nullable(),
});

const MEMORY_MB = 64;
/** Milliseconds. */
const LIMIT = 15_000;

/** Has a process of the component's own OS user look at its credential file, or write it. */
export async function credentialOrder(
  order: CredentialOrder,
  { run, accounts }: { readonly run: string; readonly accounts: ServiceAccounts | null },
): Promise<OrderResult> {
  const credentials = join(runPaths(run).home, 'credentials');
  const { role } = CREDENTIAL_FILES[order.component];
  const account = accounts?.[role] ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const folder = { path: join(credentials, role), mode: 0o700, uid: account.uid, gid: account.gid };
  makeLayout([folder], accounts !== null);
  const node = nodeCommand(runPaths(run).house, 'credential', MEMORY_MB);
  const dropped = ['setpriv', ...identity(account.uid, account.gid), ...DROPPED, '--'];
  return await answerOf(accounts === null ? node : [...dropped, ...node], { credentials, order });
}

async function answerOf(
  [command = '', ...args]: readonly string[],
  request: { readonly credentials: string; readonly order: CredentialOrder },
): Promise<CredentialLook | { readonly kind: 'failed'; readonly detail: string }> {
  const child = spawn(command, args, {
    cwd: '/',
    env: { NODE_ENV: 'production', LANG: 'C.UTF-8', PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LIMIT,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(request));
  const [said, problem, status] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  if (status !== 0) return { kind: 'failed', detail: problem.slice(0, 300) || `it ended with ${status}` };
  return look.parse(JSON.parse(said));
}

function ended(child: ReturnType<typeof spawn>): Promise<number | string> {
  const { promise, resolve } = Promise.withResolvers<number | string>();
  child.on('error', (error) => resolve(error.message));
  child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  return promise;
}
