import { oneLine } from '#/domain/failure.js';
import { nearest } from './nearest.js';
import { ALLOWED, type Configuration, schema } from './schema.js';

export type Checked =
  | { readonly ok: true; readonly value: Configuration }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Checks what a configuration file holds. Every problem names the key, the value and what is allowed. */
export function checkConfiguration(raw: Readonly<Record<string, unknown>>): Checked {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key));
    return [badValue(issue.path, raw)];
  });
  return { ok: false, problems: [...new Set(problems)] };
}

function unknownKey(path: readonly PropertyKey[], key: string): string {
  const inside = path[0] === 'memoryMb';
  const names = inside ? Object.keys(schema.shape.memoryMb.parse({})) : Object.keys(ALLOWED);
  const near = nearest(key, names);
  const hint = near === null ? `allowed: ${names.join(', ')}` : `did you mean "${near}"?`;
  return `unknown key "${oneLine([...path.map(String), key].join('.'), 80)}"; ${hint}`;
}

function badValue(path: readonly PropertyKey[], raw: Readonly<Record<string, unknown>>): string {
  const key = String(path[0]) as keyof Configuration;
  const value = path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    raw,
  );
  return `key "${path.map(String).join('.')}" has the value ${oneLine(JSON.stringify(value) ?? 'undefined', 120)}; allowed: ${ALLOWED[key]}`;
}
