import { z } from 'zod';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { type DirectorySettings, type DirectoryStep, directorySettings } from './directory-calls.js';

/** A directory as the console sees it; the bind user's password is in VaultInternal and nowhere else. */
export interface DirectoryRow {
  readonly name: string;
  readonly enabled: boolean;
  readonly preset: boolean;
  readonly bindDn: string;
  readonly settings: DirectorySettings;
  readonly maps: readonly DirectoryMapRow[];
  readonly people: number;
}

export interface DirectoryMapRow {
  /** From 1, in the order in which they are tried. */
  readonly position: number;
  readonly rule: string;
  readonly groups: readonly string[];
  readonly rights: readonly VaultRight[];
  readonly location: string | null;
}

export interface DirectoryTestResult {
  readonly steps: readonly DirectoryStep[];
  /** Every step went well; with a user: he would get in. */
  readonly ok: boolean;
}

const text = z.string().min(1).max(1024);

export const mapRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('group'), group: text }),
  z.strictObject({
    kind: z.literal('attribute'),
    attribute: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/),
    value: text,
  }),
  z.strictObject({ kind: z.literal('everybody') }),
]);

export const newMap = z.strictObject({
  rule: mapRule,
  groups: z.array(text).max(50),
  rights: z.array(z.enum(VAULT_RIGHTS)).max(VAULT_RIGHTS.length),
  location: z.string().max(128).nullable(),
});

export const newDirectory = z.strictObject({
  name: text,
  bindDn: text,
  preset: z.boolean(),
  settings: directorySettings,
});
export const directoryChange = z.strictObject({
  name: text,
  bindDn: text.optional(),
  preset: z.boolean().optional(),
  enabled: z.boolean().optional(),
  settings: directorySettings.partial().optional(),
});
