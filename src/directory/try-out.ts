import type { DirectoryTrial, ServerHealth } from '#/contract/directory-calls.js';
import { findByName } from './find-person.js';
import { keyAttributesOf, keysOf } from './keys.js';
import { equals } from './ldap.js';
import { type Ask, look, withGroups } from './log-in.js';
import { type Server, serverName, serverTrouble, withServer } from './servers.js';
import type { Steps } from './steps.js';
import { tryPassword, unusable } from './try-password.js';

/** People are counted up to here. */
const COUNTED = 20_000;

/** Goes the way of a login step by step and tells of each one. Without a user, counts the people that can be found. */
export async function tryOut(ask: Ask, user: string | null, password: Buffer): Promise<DirectoryTrial> {
  const tried: Steps[] = [];
  const onSteps = (steps: Steps): void => void tried.push(steps);
  const person = await withServer({ ...ask, onSteps }, (server) =>
    user === null ? count(server, ask) : trial(server, ask, user, password),
  );
  const steps = tried.flatMap(({ taken }) => taken);
  if (person === null || 'kind' in person) return { steps, person: null, keys: [] };
  return { steps, ...person };
}

async function count(server: Server, { settings }: Ask): Promise<null> {
  const counted = await server.steps.take('search', async () => {
    const filter = equals('objectClass', settings.userClass);
    const question = { filter, scope: 'sub', attributes: ['1.1'], most: COUNTED } as const;
    const { entries, referrals } = await server.ldap.search(settings.base, question);
    const more = referrals === 0 ? '' : `, ${referrals} referrals were not followed`;
    return {
      value: entries.length,
      detail: `${entries.length} entries of class ${settings.userClass} below ${settings.base}${more}`,
    };
  });
  return counted === null ? serverTrouble() : null;
}

async function trial(
  server: Server,
  ask: Ask,
  user: string,
  password: Buffer,
): Promise<Omit<DirectoryTrial, 'steps'> | null> {
  const { steps } = server;
  const search = await look(server, () =>
    findByName(server.ldap, ask.settings, user, [...ask.attributes, ...keyAttributesOf(ask.settings)]),
  );
  if (password.length === 0) {
    steps.leaveOut('user-bind', 'no password was given');
  } else {
    const refusal = unusable(password) ?? (await tryPassword(server, ask.settings, search, password));
    if (refusal !== null) steps.note('user-bind', false, refusal);
  }
  if (search.kind === 'one') {
    const keys = keysOf(search.person, ask.settings);
    return { person: await withGroups(server, ask.settings, search.person), keys };
  }
  steps.leaveOut('groups', `${search.kind} found`);
  return null;
}

/** Each server by itself: can the bind user work there, and how long is its certificate good? */
export async function examine(ask: Ask): Promise<readonly ServerHealth[]> {
  return await Promise.all(
    ask.settings.servers.map(async (server): Promise<ServerHealth> => {
      const alone = { ...ask, settings: { ...ask.settings, servers: [server] } };
      const health = await withServer(alone, ({ expiresAt }) => Promise.resolve({ expiresAt }));
      const name = serverName(server);
      return 'kind' in health
        ? { server: name, ok: false, detail: `${health.step}: ${health.detail}`, expiresAt: null }
        : { server: name, ok: true, detail: 'the bind user can work there', expiresAt: health.expiresAt };
    }),
  );
}
