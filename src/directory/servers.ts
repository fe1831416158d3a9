import type { DirectoryServer, DirectorySettings, DirectoryTrouble } from '#/contract/directory-calls.js';
import { type Ldap, ldapOver } from './ldap.js';
import { openSocket } from './open-socket.js';
import { createSteps, type Steps } from './steps.js';

/** Milliseconds for which a server that did not answer is asked last. */
const RESTS = 30_000;
/** Milliseconds for all servers together: whoever logs in waits for this. */
const LONGEST = 20_000;

export interface BindUser {
  readonly dn: string;
  readonly password: Buffer;
}

/** A server that took the bind user, and a way to a second connection for trying a person's password. */
export interface Server {
  readonly name: string;
  readonly ldap: Ldap;
  readonly steps: Steps;
  readonly expiresAt: number | null;
  /** A fresh connection to the same server; null: the steps say why not. */
  again(): Promise<Ldap | null>;
}

/** Which servers did not answer lately. One per process. */
export type ServerMemory = Map<string, number>;

export function serverName({ host, port }: DirectoryServer): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Ours or the server's trouble while a person is served: the next server is tried. */
class ServerTrouble extends Error {}

/** Ends `work` on this server, as if it had not answered. */
export function serverTrouble(): never {
  throw new ServerTrouble();
}

interface Task {
  readonly settings: DirectorySettings;
  readonly bindUser: BindUser;
  readonly memory: ServerMemory;
  /** Hears of the steps with each server that was tried. */
  readonly onSteps?: (steps: Steps) => void;
}

/**
 * Runs `work` with the first server that can be reached, takes the bind user and does not fail in the middle.
 * A server that rejects the bind user ends it: others would count the same wrong password again.
 */
export async function withServer<T>(
  { settings, bindUser, memory, onSteps }: Task,
  work: (server: Server) => Promise<T>,
): Promise<T | DirectoryTrouble> {
  const until = performance.now() + LONGEST;
  let trouble: DirectoryTrouble | null = null;
  for (const server of inOrder(settings.servers, memory)) {
    const name = serverName(server);
    if (performance.now() > until) break;
    const steps = createSteps(name);
    const open: Ldap[] = [];
    try {
      const connect = () => connectTo(server, settings, steps, open);
      const first = await connect();
      if (first === null) serverTrouble();
      if (!(await bindAs(first.ldap, bindUser, steps))) return steps.trouble();
      const again = async (): Promise<Ldap | null> => (await connect())?.ldap ?? null;
      const value = await work({ name, ...first, steps, again });
      memory.delete(name);
      return value;
    } catch (error) {
      if (!(error instanceof ServerTrouble)) throw error;
      memory.set(name, Date.now() + RESTS);
      trouble = steps.trouble();
    } finally {
      for (const one of open) one.close();
      onSteps?.(steps);
    }
  }
  return trouble ?? { kind: 'unavailable', step: 'name', server: '-', detail: 'no server answered in time' };
}

/** As configured, those that did not answer lately last. */
function inOrder(servers: readonly DirectoryServer[], memory: ServerMemory): readonly DirectoryServer[] {
  const rests = (server: DirectoryServer): boolean => (memory.get(serverName(server)) ?? 0) > Date.now();
  return [...servers.filter((one) => !rests(one)), ...servers.filter(rests)];
}

async function connectTo(
  server: DirectoryServer,
  settings: DirectorySettings,
  steps: Steps,
  open: Ldap[],
): Promise<{ readonly ldap: Ldap; readonly expiresAt: number | null } | null> {
  const opened = await openSocket(server, settings, steps);
  if (opened === null) return null;
  const ldap = ldapOver(opened.socket, settings.timeout);
  open.push(ldap);
  return { ldap, expiresAt: opened.expiresAt };
}

/** False: the server rejects the bind user. Anything else that goes wrong is the server's trouble. */
async function bindAs(ldap: Ldap, { dn, password }: BindUser, steps: Steps): Promise<boolean> {
  const answer = await steps.take('bind', async () => {
    const said = await ldap.bind(dn, password.toString('utf8'));
    if (said.kind === 'bound') await knownAs(ldap);
    return { value: said, detail: said.kind === 'bound' ? `as ${dn}` : 'answered' };
  });
  if (answer === null) serverTrouble();
  if (answer.kind === 'bound') return true;
  steps.note('bind', false, `the bind user ${dn} is rejected`);
  return false;
}

/** After a bind the server must know us: one that took the name and sees nobody bound nobody. */
export async function knownAs(ldap: Ldap): Promise<void> {
  const who = await ldap.whoAmI();
  if (who === '' || who === 'dn:' || who === 'u:')
    throw new Error('the server answered the bind with success, and sees us as anonymous');
}
