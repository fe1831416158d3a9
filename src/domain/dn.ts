/** One `type=value` of a distinguished name, type in lower case, value without its escapes (RFC 4514). */
interface Part {
  readonly type: string;
  readonly value: string;
}

/** The same text for the same name, whatever its case, spaces and escapes; null: it is no distinguished name. */
export function normalDn(text: string): string | null {
  const names = parseDn(text);
  if (names === null) return null;
  return names
    .map((parts) =>
      parts
        .map(({ type, value }) => `${type}=${escaped(folded(value))}`)
        .sort()
        .join('+'),
    )
    .join(',');
}

/** The value of the first part: what people call a group or a person by. */
export function firstValue(text: string): string | null {
  return parseDn(text)?.[0]?.[0]?.value ?? null;
}

/** Compares as directories do: without case, and without counting spaces. */
export function folded(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}

function escaped(value: string): string {
  return value.replace(/[\\,+=]/g, (sign) => `\\${sign}`);
}

function parseDn(text: string): Part[][] | null {
  const names = split(text, ',').map((name) => split(name, '+').map(partOf));
  return names.every((parts) => parts.every((part) => part !== null)) ? names : null;
}

/** Cuts at a sign that is not escaped. */
function split(text: string, at: ',' | '+'): string[] {
  const pieces: string[] = [];
  let begin = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === at) {
      pieces.push(text.slice(begin, i));
      begin = i + 1;
    }
  }
  return [...pieces, text.slice(begin)];
}

function partOf(text: string): Part | null {
  const cut = text.indexOf('=');
  const type = text.slice(0, Math.max(cut, 0)).trim().toLowerCase();
  if (!/^([a-z][a-z0-9-]*|\d+(\.\d+)*)$/.test(type)) return null;
  const value = unescaped(text.slice(cut + 1).trim());
  return value === null || value === '' ? null : { type, value };
}

/** `\,` and `\2c`: hexadecimal pairs are bytes of UTF-8. */
function unescaped(text: string): string | null {
  if (/\\(?![0-9a-fA-F]{2}|[ "#+,;<=>\\])/.test(text)) return null;
  return text.replace(/((?:\\[0-9a-fA-F]{2})+)|\\(.)/g, (_all, hex: string | undefined, sign: string) =>
    hex === undefined ? sign : Buffer.from(hex.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
}
