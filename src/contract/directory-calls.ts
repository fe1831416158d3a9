import { z } from 'zod';

/** What the vault asks of the directory process, the only one that opens connections to directories. */

const text = z.string().min(1).max(1024);
const attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/);
const server = z.strictObject({ host: z.string().min(1).max(253), port: z.int().min(1).max(65_535) });

/** How a directory is reached and read. Nothing in it is secret. */
export const directorySettings = z.strictObject({
  kind: z.enum(['active-directory', 'openldap']),
  /** In the order in which they are tried. */
  servers: z.array(server).min(1).max(8),
  /** No TLS at all, on port 389: passwords cross the network in clear. */
  plain: z.boolean(),
  /** PEM of the authorities that may have signed the servers' certificates; null: those that Node knows. */
  ca: z
    .string()
    .max(1024 * 1024)
    .nullable(),
  base: text,
  userClass: attribute,
  /** A person is found when one of these is what he typed; the first is his name here. */
  userAttributes: z.array(attribute).min(1).max(8),
  /** The attribute that holds people's SSH public keys, a line each; null: none counts. Read over TLS only. */
  keyAttribute: attribute.nullable(),
  /** Null: the base. */
  groupBase: text.nullable(),
  /** Groups in groups: asked of the server in one question (Active Directory), walked, or left out. */
  nested: z.enum(['chain', 'walk', 'off']),
  /** Milliseconds for each step with one server. */
  timeout: z.int().min(200).max(60_000),
});
export type DirectorySettings = z.infer<typeof directorySettings>;
export type DirectoryServer = z.infer<typeof server>;

/** Whether a person's entry lets him in, as the directory keeps it. */
export type AccountState =
  | 'active'
  | 'disabled'
  | 'expired'
  | 'locked'
  | 'password-expired'
  | 'password-must-change';

export interface DirectoryPerson {
  /** entryUUID or objectGUID: stays when the entry is renamed or moved. */
  readonly id: string;
  readonly dn: string;
  readonly name: string;
  /** DNs, those of groups around groups included. */
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly state: AccountState;
}

export const DIRECTORY_STEPS = [
  'name',
  'tcp',
  'tls',
  'bind',
  'search',
  'user-bind',
  'groups',
  'keys',
  'map',
  'rights',
] as const;
export type DirectoryStepName = (typeof DIRECTORY_STEPS)[number];

/** One line of a trial. `ok` null: left out, `detail` says why. */
export interface DirectoryStep {
  readonly step: DirectoryStepName;
  readonly server: string | null;
  readonly ok: boolean | null;
  readonly detail: string;
  readonly ms: number;
}

/** Ours or the directory's trouble, never the person's: no server could be asked. */
export interface DirectoryTrouble {
  readonly kind: 'unavailable';
  readonly step: DirectoryStepName;
  readonly server: string;
  readonly detail: string;
}

export type PersonRefusal =
  | 'no-such-user'
  | 'ambiguous-user'
  | 'empty-password'
  | 'unusable-password'
  | 'wrong-password'
  | Exclude<AccountState, 'active'>;

export type DirectoryLogin =
  | { readonly kind: 'in'; readonly person: DirectoryPerson }
  | { readonly kind: 'refused'; readonly reason: PersonRefusal }
  | DirectoryTrouble;

export type DirectoryLookUp =
  /** `person` null: there is no such entry any more. */
  | {
      readonly kind: 'found';
      readonly people: readonly { readonly id: string; readonly person: DirectoryPerson | null }[];
    }
  | DirectoryTrouble;

/** Whom a typed name means, with the SSH public keys in his entry; nothing is tried, and his groups are not read. */
export type DirectoryKeys =
  | {
      readonly kind: 'found';
      readonly id: string;
      readonly dn: string;
      readonly state: AccountState;
      /** As they stand there, a line each. */
      readonly keys: readonly string[];
    }
  | { readonly kind: 'none' }
  | DirectoryTrouble;

export interface DirectoryTrial {
  readonly steps: readonly DirectoryStep[];
  readonly person: DirectoryPerson | null;
  /** SSH public keys in the person's entry, as they stand there. */
  readonly keys: readonly string[];
}

export interface ServerHealth {
  readonly server: string;
  readonly ok: boolean;
  readonly detail: string;
  /** When the first certificate of the server's chain expires; null: not known, or no TLS. */
  readonly expiresAt: number | null;
}

interface Asked<Args extends z.ZodType, Result> {
  readonly args: Args;
  /** Only for the compiler. */
  readonly result?: Result;
}
function call<Result>() {
  return <Args extends z.ZodType>(args: Args): Asked<Args, Result> => ({ args });
}

const asked = {
  settings: directorySettings,
  bindDn: text,
  /** Attributes of people that the caller's rules look at. */
  attributes: z.array(attribute).max(64),
};

/** The blob of every call is encodeSecretPayload(the bind user's password, another password or nothing). */
export const DIRECTORY_CALLS = {
  /** The other password is the person's. */
  'directory.login': call<DirectoryLogin>()(z.strictObject({ ...asked, user: z.string().max(512) })),
  'directory.lookUp': call<DirectoryLookUp>()(
    z.strictObject({ ...asked, people: z.array(z.strictObject({ id: text, dn: z.string() })).max(5000) }),
  ),
  'directory.keys': call<DirectoryKeys>()(z.strictObject({ ...asked, user: z.string().max(512) })),
  /** The other password is the person's, when it is to be tried. */
  'directory.test': call<DirectoryTrial>()(
    z.strictObject({ ...asked, user: z.string().max(512).nullable() }),
  ),
  'directory.examine': call<readonly ServerHealth[]>()(z.strictObject(asked)),
  /** The other password is the bind user's new one. */
  'directory.changePassword': call<{ readonly kind: 'changed' } | DirectoryTrouble>()(z.strictObject(asked)),
} as const;

export type DirectoryCall = keyof typeof DIRECTORY_CALLS;
export type DirectoryArgs<K extends DirectoryCall> = z.infer<(typeof DIRECTORY_CALLS)[K]['args']>;
export type DirectoryResult<K extends DirectoryCall> = Exclude<
  (typeof DIRECTORY_CALLS)[K]['result'],
  undefined
>;
