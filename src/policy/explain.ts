import { type Permission, PRESETS } from '#/domain/permission.js';
import type { Membership } from './grants.js';

/** The preset whose permissions are exactly these, or null. */
export function presetOf(permissions: readonly Permission[]): string | null {
  const set = new Set(permissions);
  const same = (preset: readonly Permission[]): boolean =>
    preset.length === set.size && preset.every((one) => set.has(one));
  return Object.entries(PRESETS).find(([, preset]) => same(preset))?.[0] ?? null;
}

/** "useAccounts and listAccounts on safe Demo are missing": the same words on every screen, in the CLI and in the audit. */
export function missingText(missing: readonly Permission[], safe: string): string {
  return `${listText(missing)} on safe ${safe} ${missing.length === 1 ? 'is' : 'are'} missing`;
}

/** "member of safe Demo as group Staff (ConnectOnly)". */
export function grantText(grant: Membership, safe: string): string {
  const as = grant.kind === 'user' ? grant.member : `group ${grant.member}`;
  return `member of safe ${safe} as ${as} (${presetOf(grant.permissions) ?? grant.permissions.join(', ')})`;
}

export function listText(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
