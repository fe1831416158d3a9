export function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

/** What names are compared by: case does not tell two names apart. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
