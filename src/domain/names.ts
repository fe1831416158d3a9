/** A checked name, or why it is none. `why` is a phrase that follows "the name ". */
export type NameCheck =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly why: string };

const MAXIMUM = { user: 128, group: 128, safe: 64, targetUser: 128, address: 253 } as const;

/**
 * The one validator for names that people type: users, groups, safes, accounts' users and addresses.
 * Names are NFC, without control, format (bidi, zero-width), unassigned or private characters, do not begin with '-',
 * are no path, and have no white space at the ends.
 */
export function checkName(kind: keyof typeof MAXIMUM, raw: string): NameCheck {
  if (raw.length === 0) return no('is empty');
  if (raw.length > MAXIMUM[kind] * 4) return no(`is longer than ${MAXIMUM[kind]} characters`);
  const name = raw.normalize('NFC');
  if ([...name].length > MAXIMUM[kind]) return no(`is longer than ${MAXIMUM[kind]} characters`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return no('has a control character in it');
  if (/[\p{Cf}\p{Cs}\p{Co}\p{Cn}]/u.test(name)) return no('has an invisible or unassigned character in it');
  if (name.startsWith('-')) return no("begins with '-'");
  if (name.trim() !== name) return no('begins or ends with white space');
  if (/[/\\]/.test(name)) return no("has '/' or '\\' in it");
  if (name === '.' || name === '..') return no('is a path');
  if (kind === 'address' && !/^[\p{L}\p{N}._:[\]-]+$/u.test(name))
    return no('is not a host name or IP address');
  if (kind !== 'address' && /["'`$;&|<>*?!(){}]/.test(name))
    return no('has a character in it that shells give a meaning to');
  return { ok: true, name };

  function no(why: string): NameCheck {
    return { ok: false, why };
  }
}

/** A TCP port, or null. */
export function checkPort(port: number): number | null {
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : null;
}
