import type { DirectoryTrouble } from '#/contract/directory-calls.js';
import type { Ask } from './log-in.js';
import { knownAs, withServer } from './servers.js';

/** Changes the bind user's own password, and proves that the new one is taken. */
export async function changePassword(
  ask: Ask,
  fresh: Buffer,
): Promise<{ readonly kind: 'changed' } | DirectoryTrouble> {
  const { settings, bindUser } = ask;
  return await withServer(ask, async (server) => {
    const changed = await server.steps.take('bind', async () => {
      const [old, next] = [bindUser.password.toString('utf8'), fresh.toString('utf8')];
      await server.ldap.changePassword(settings.kind, bindUser.dn, old, next);
      const ldap = await server.again();
      if (ldap === null) throw new Error('the password was changed, and then the server did not answer');
      const answer = await ldap.bind(bindUser.dn, next);
      if (answer.kind === 'rejected')
        throw new Error('the server took the new password, and then rejected it');
      await knownAs(ldap);
      return { value: true, detail: 'the new password is taken' };
    });
    // no other server is asked: the password may be changed already, and servers tell each other
    return changed === null ? server.steps.trouble() : { kind: 'changed' as const };
  });
}
