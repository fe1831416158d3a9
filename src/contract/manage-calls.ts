import { z } from 'zod';
import type { SecretKind } from '#/domain/account.js';
import { PERMISSIONS, PRESETS, type Preset, VAULT_RIGHTS } from '#/domain/permission.js';
import { call } from './call-kind.js';
import type { AuditRow, MemberRow, PersonSafeRow, UserRow } from './rows.js';

const text = z.string().max(1024);
const name = z.string().max(4096);
const ticket = z.string().max(128);
const id = z.string().max(64);
const permissions = z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length);
const preset = z.enum(Object.keys(PRESETS) as [Preset, ...Preset[]]);
const secretSource = z.enum(['password', 'key']);

/** What people manage themselves: a part of CALLS. */
export const MANAGE_CALLS = {
  // What people manage, by their permissions on a safe (vault: person-rights.ts). `reason`: kept in the audit.
  /** Blob back: the secret (encodeSecretPayload). */
  'person.account.retrieve': call<{ readonly secretKind: SecretKind }>()(
    ['PVWAGW'],
    z.strictObject({ ticket, accountId: id, reason: text, purpose: z.enum(['shown', 'copied']) }),
  ),
  /** Blob: secret payload. */
  'person.account.add': call<{ readonly id: string }>()(
    ['PVWAGW'],
    z.strictObject({
      ticket,
      safe: name,
      platform: name,
      user: name,
      address: name,
      port: z.int().nullable(),
      secretKind: secretSource,
    }),
  ),
  /** Blob: secret payload. */
  'person.account.setSecret': call<null>()(
    ['PVWAGW'],
    z.strictObject({ ticket, accountId: id, secretKind: secretSource }),
  ),
  'person.account.setProperties': call<null>()(
    ['PVWAGW'],
    z.strictObject({
      ticket,
      accountId: id,
      port: z.int().nullable().optional(),
      disabledWhy: text.nullable().optional(),
      forgetHostKey: z.boolean().optional(),
    }),
  ),
  'person.account.rename': call<null>()(
    ['PVWAGW'],
    z.strictObject({ ticket, accountId: id, user: name.optional(), address: name.optional() }),
  ),
  'person.account.delete': call<null>()(['PVWAGW'], z.strictObject({ ticket, accountId: id })),
  /** Names of kinds of targets. */
  'person.platforms': call<readonly string[]>()(['PVWAGW'], z.strictObject({ ticket })),
  /** Safes that the person is a member of, with what he may do there. */
  'person.safes': call<readonly PersonSafeRow[]>()(['PVWAGW'], z.strictObject({ ticket })),
  'person.safe.add': call<null>()(['PVWAGW'], z.strictObject({ ticket, name })),
  'person.safe.rename': call<null>()(['PVWAGW'], z.strictObject({ ticket, safe: name, name })),
  'person.safe.delete': call<null>()(['PVWAGW'], z.strictObject({ ticket, safe: name })),
  'person.safe.audit': call<readonly AuditRow[]>()(['PVWAGW'], z.strictObject({ ticket, safe: name })),
  'person.members': call<readonly MemberRow[]>()(['PVWAGW'], z.strictObject({ ticket, safe: name })),
  'person.member.put': call<MemberRow>()(
    ['PVWAGW'],
    z.strictObject({
      ticket,
      safe: name,
      member: name,
      preset: preset.optional(),
      permissions: permissions.optional(),
      expiresAt: z.int().nullable(),
    }),
  ),
  'person.member.remove': call<null>()(['PVWAGW'], z.strictObject({ ticket, safe: name, member: name })),
  // and by their rights on the vault
  'person.audit': call<readonly AuditRow[]>()(['PVWAGW'], z.strictObject({ ticket })),
  'person.users': call<readonly UserRow[]>()(['PVWAGW'], z.strictObject({ ticket })),
  /** Blob: the first password, which must be changed at the first login. */
  'person.user.add': call<null>()(
    ['PVWAGW'],
    z.strictObject({
      ticket,
      name,
      groups: z.array(name).max(100),
      rights: z.array(z.enum(VAULT_RIGHTS)).max(VAULT_RIGHTS.length),
      expiresAt: z.int().nullable(),
      logonHours: text.nullable(),
    }),
  ),
  'person.user.set': call<null>()(
    ['PVWAGW'],
    z.strictObject({
      ticket,
      name,
      disabled: z.literal(true).optional(),
      expiresAt: z.int().nullable().optional(),
      logonHours: text.nullable().optional(),
      /** All of his own; those of his groups stay. */
      rights: z.array(z.enum(VAULT_RIGHTS)).max(VAULT_RIGHTS.length).optional(),
      /** All of them. */
      groups: z.array(name).max(100).optional(),
    }),
  ),
  /** Blob: the new password, which must be changed at the next login. */
  'person.user.resetPassword': call<null>()(['PVWAGW'], z.strictObject({ ticket, name })),
  'person.user.activate': call<null>()(['PVWAGW'], z.strictObject({ ticket, name })),
  'person.user.secondFactor.reset': call<null>()(['PVWAGW'], z.strictObject({ ticket, name })),
  'person.user.key.add': call<{ readonly fingerprint: string }>()(
    ['PVWAGW'],
    z.strictObject({ ticket, name, key: z.string().max(33_000) }),
  ),
  'person.user.key.remove': call<null>()(['PVWAGW'], z.strictObject({ ticket, name, fingerprint: text })),
} as const;
