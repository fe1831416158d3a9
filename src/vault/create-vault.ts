import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createJournal } from '#/audit/journal.js';
import { hashPassword } from '#/authentication/password.js';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import type { HostKey } from '#/domain/host-key.js';
import { makeId } from '#/domain/ids.js';
import type { Outcome } from '#/domain/outcome.js';
import { BUILT_IN_GROUPS, BUILT_IN_SAFES, COMPONENTS, type Component } from '#/domain/people.js';
import { PERMISSIONS, PRESETS, VAULT_RIGHTS } from '#/domain/permission.js';
import { rawPublicKey } from '#/recorder/tape-key.js';
import { KEY_BYTES } from './envelope.js';
import { ADMINISTRATOR } from './first-password.js';
import { createKeyring, META, storeMasterKey } from './keyring.js';
import { storeUnderPassphrase, writeMasterKey } from './master-key.js';
import { addAccount } from './new-account.js';
import { addSafe } from './new-safe.js';
import { RECORDING_KEY } from './objects.js';
import type { Records, Store } from './records/records.js';
import type { Safe } from './records/safes.js';
import { placeOfObject, putSecret } from './secrets.js';

/** An account on a target that comes with Postern, for the first minute. */
export interface DemoTarget {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: Buffer;
  readonly hostKey: HostKey;
}

export interface NewVault {
  /** 'new-file': made and written there, never over another. 'key': one that is kept elsewhere. */
  readonly masterKey:
    | { readonly kind: 'new-file'; readonly path: string }
    | { readonly kind: 'key'; readonly key: Buffer }
    | { readonly kind: 'passphrase'; readonly passphrase: Buffer };
  readonly administratorPassword: Buffer;
  readonly mustChange: boolean;
  readonly components: Readonly<Record<Component, Buffer>>;
  readonly bastion: string;
  readonly demo?: DemoTarget;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

/** Fills an empty store with everything that a vault has from its first moment on. All of it or nothing. */
export async function createVault(store: Store, options: NewVault): Promise<void> {
  const { random, now } = options;
  const master = options.masterKey.kind === 'key' ? options.masterKey.key : random(KEY_BYTES);
  const signing = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  const passwordHash = await hashPassword(options.administratorPassword, random(16));
  const keyring = createKeyring(random);
  keyring.unseal({ master, signing });
  const journal = createJournal({ bastion: options.bastion, now, sign: (text) => keyring.sign(text) });
  const tools = { keyring, random, now };
  await store.transaction(async (records) => {
    await storeMasterKey(records.meta, master, signing, random);
    await records.meta.setValue(META.createdAt, Buffer.from(new Date(now()).toISOString(), 'latin1'));
    if (options.masterKey.kind === 'passphrase')
      await storeUnderPassphrase(records.meta, master, options.masterKey.passphrase, random);
    await addPeople(records, options, passwordHash);
    await addSafes(tools, records);
    for (const component of COMPONENTS)
      await records.components.putComponent(component, {
        hash: createHash('sha256').update(options.components[component]).digest(),
        previous: null,
        previousUntil: null,
        rotatedAt: now(),
        disabled: false,
      });
    if (options.demo !== undefined) await addDemo(tools, records, options.demo);
    await journal.append(records.audit, {
      action: 'daemonStarted',
      outcome: 'ok',
      actor: 'root@console',
      detail: 'the vault was created',
    });
    if (options.masterKey.kind === 'new-file') writeMasterKey(options.masterKey.path, master);
  });
}

async function addPeople(
  records: Records,
  { random, mustChange }: NewVault,
  passwordHash: string,
): Promise<void> {
  const groups = new Map<string, ReturnType<typeof makeId<'group'>>>();
  for (const name of BUILT_IN_GROUPS) {
    const id = makeId('group', random(20));
    groups.set(name, id);
    await records.people.addGroup({
      id,
      name,
      builtIn: true,
      rights: name === 'Vault Admins' ? VAULT_RIGHTS : [],
    });
  }
  const builtIn = [
    {
      name: ADMINISTRATOR,
      group: 'Vault Admins',
      passwordHash,
      disabled: false,
      mustChangePassword: mustChange,
      rights: VAULT_RIGHTS,
    },
    // cannot log in until somebody gives it a password
    {
      name: 'Auditor',
      group: 'Auditors',
      passwordHash: null,
      disabled: true,
      mustChangePassword: false,
      rights: ['auditUsers'],
    },
  ] as const;
  for (const { group, ...user } of builtIn) {
    const id = makeId('user', random(20));
    await records.people.addUser({ ...user, id, expiresAt: null, logonHours: null });
    const groupId = groups.get(group);
    if (groupId !== undefined) await records.people.setGroupMember(groupId, id, true);
  }
}

type Tools = Parameters<typeof addAccount>[0];

/** The safes, with the keys that live in them: PSMServer, and what tapes are encrypted to. */
async function addSafes(tools: Tools, records: Records): Promise<void> {
  for (const name of BUILT_IN_SAFES) {
    const pair = name === 'PSMRecordings' ? generateKeyPairSync('x25519') : null;
    const safe = must(
      await addSafe(tools, records, {
        name,
        builtIn: true,
        recipient: pair === null ? null : rawPublicKey(pair.publicKey),
      }),
    );
    if (pair !== null) await addObject(tools, records, safe, RECORDING_KEY, pair);
    if (name === 'PSM') await addObject(tools, records, safe, 'PSMServer', generateKeyPairSync('ed25519'));
  }
}

async function addObject(
  tools: Tools,
  records: Records,
  safe: Safe,
  name: string,
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): Promise<void> {
  const object = {
    id: makeId('account', tools.random(20)),
    safeId: safe.id,
    name,
    secretVersion: 1,
    publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }),
  };
  await records.accounts.addObject(object);
  const privateKey = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  must(await putSecret(tools, records.accounts, placeOfObject(safe, object), privateKey));
  privateKey.fill(0);
}

async function addDemo(tools: Tools, records: Records, { password, ...target }: DemoTarget): Promise<void> {
  const safe = must(await addSafe(tools, records, { name: 'Demo', builtIn: false, recipient: null }));
  const administrator = await records.people.userByName(ADMINISTRATOR);
  if (administrator === null) throw new Error(`there is no ${ADMINISTRATOR}`);
  const permissions = PERMISSIONS.filter((one) => (PRESETS.Full as readonly string[]).includes(one));
  await records.safes.putMembership(safe.id, {
    kind: 'user',
    memberId: administrator.id,
    permissions,
    expiresAt: null,
  });
  const payload = encodeSecretPayload(password, Buffer.alloc(0));
  must(
    await addAccount(
      tools,
      records,
      safe,
      { ...target, platform: 'UnixSSH', secretKind: 'password' },
      payload,
      ADMINISTRATOR,
    ),
  );
  payload.fill(0);
}

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
}
