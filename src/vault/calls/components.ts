import { createHash } from 'node:crypto';
import { type Failure, failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import { type ComponentVerdict, judgeComponent } from '../judge-component.js';
import { SOCKET_COMPONENTS } from '../roles.js';
import type { Connection, Handlers, Vault } from '../vault.js';

/** Who is refused asks again once a second; the audit has it this often, in milliseconds. */
const SAID_EVERY = 60_000;

/** Components log in; then the portal may open. */
export function componentCalls(
  vault: Vault,
): Handlers<'component.login' | 'component.unable' | 'vault.status' | 'portal.configuration'> {
  const { settings, keyring, components } = vault;
  return {
    async 'component.login'({ component }, { connection }, password) {
      const verdict = await logIn(vault, component, connection, password);
      const refused = refusalOf(verdict, component);
      if (refused !== null) {
        if (verdict !== 'elsewhere') components.setTrouble(component, refused.message);
        return failed(refused);
      }
      components.setTrouble(component, null);
      connection.components.add(component);
      return done({ value: { component, previous: verdict === 'previous' } });
    },
    async 'component.unable'({ component, why }, { connection }) {
      if (!isAtHome(component, connection)) return failed(failure('NOT_YOUR_ROLE', `Not ${component}.`));
      components.setTrouble(component, why);
      await noteRefusal(vault, component, { code: 'CREDENTIAL_FILE', detail: why });
      return done({ value: null });
    },
    'vault.status': () =>
      Promise.resolve(
        done({
          value: {
            sealed: keyring.sealed,
            version: settings.version,
            isolation: settings.isolation.level,
            minimumIsolation: settings.isolation.minimum,
          },
        }),
      ),
    async 'portal.configuration'() {
      const directories = (
        await vault.store.transaction((records) => records.directories.directories())
      ).filter(({ enabled }) => enabled);
      const names = (preset: boolean) =>
        directories.filter((one) => one.preset === preset).map(({ name }) => name);
      return done({
        value: {
          branding: settings.branding,
          methods: [...names(true), 'vault', ...names(false)],
          version: settings.version,
          sessionHosts: settings.sessionHosts,
        },
      });
    },
  };
}

type Verdict = ComponentVerdict | 'elsewhere';

/** The password of before a rotation is used up by this. */
async function logIn(
  vault: Vault,
  component: Component,
  connection: Connection,
  password: Buffer,
): Promise<Verdict> {
  const given = createHash('sha256').update(password).digest();
  const verdict = await vault.store.transaction(async ({ components, audit }): Promise<Verdict> => {
    const stored = await components.component(component);
    const judged = judgeComponent(stored, given, vault.now());
    if (!isAtHome(component, connection)) return 'elsewhere';
    if (judged === 'wrong' || judged === 'disabled') return judged;
    if (judged === 'previous' && stored !== null)
      await components.putComponent(component, { ...stored, previous: null, previousUntil: null });
    await vault.journal.append(audit, {
      action: 'componentLogon',
      outcome: 'ok',
      actor: component,
      detail: judged === 'previous' ? `${connection.socket}, with the password of before` : connection.socket,
    });
    return judged;
  });
  const refused = refusalOf(verdict, component);
  if (refused !== null)
    await noteRefusal(vault, component, {
      code: refused.code,
      detail:
        verdict === 'elsewhere'
          ? `not on socket ${connection.socket}`
          : verdict === 'disabled'
            ? 'the component user is disabled'
            : 'wrong password',
    });
  return verdict;
}

function refusalOf(verdict: Verdict, component: Component): Failure | null {
  switch (verdict) {
    case 'current':
    case 'previous':
      return null;
    case 'disabled':
      return failure('COMPONENT_DISABLED', component);
    case 'wrong':
      return failure('CREDENTIAL_MISMATCH', component);
    case 'elsewhere':
      return failure('NOT_YOUR_ROLE', `The vault does not take this connection for ${component}.`);
    default:
      return verdict satisfies never;
  }
}

async function noteRefusal(
  vault: Vault,
  component: Component,
  { code, detail }: { readonly code: string; readonly detail: string },
): Promise<void> {
  if (!vault.components.sayAgain(`${component} ${code} ${detail}`, SAID_EVERY)) return;
  await vault.store.transaction((records) =>
    vault.journal.append(records.audit, {
      action: 'componentRefused',
      outcome: 'failure',
      actor: component,
      code,
      detail,
    }),
  );
}

function isAtHome(component: Component, { socket }: Connection): boolean {
  return SOCKET_COMPONENTS[socket].includes(component);
}
