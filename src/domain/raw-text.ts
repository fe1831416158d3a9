/**
 * Text that came as bytes and has to go on as the same bytes, though it need not be UTF-8: each byte that is not becomes a
 * lone surrogate, U+DC80 to U+DCFF, which no UTF-8 can hold (Python's "surrogateescape"). JSON keeps those.
 */
export function rawText(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch {
    return piecewise(bytes, decoder);
  }
}

export function rawBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(
    Array.from(text, (sign) => {
      const code = sign.charCodeAt(0);
      return sign.length === 1 && code >= 0xdc80 && code <= 0xdcff
        ? Buffer.from([code - 0xdc00])
        : Buffer.from(sign);
    }),
  );
}

/** For people: such a byte as \xNN. */
export function shownText(text: string): string {
  if (text.isWellFormed()) return text;
  return Array.from(text, (sign) => {
    const code = sign.charCodeAt(0);
    if (sign.isWellFormed()) return sign;
    return code >= 0xdc80 && code <= 0xdcff ? `\\x${(code - 0xdc00).toString(16)}` : '\ufffd';
  }).join('');
}

function piecewise(bytes: Uint8Array, decoder: TextDecoder): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const end = at + lengthOf(bytes[at] ?? 0);
    const one = end > bytes.length ? null : decoded(bytes.subarray(at, end), decoder);
    text += one ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at = one === null ? at + 1 : end;
  }
  return text;
}

function decoded(bytes: Uint8Array, decoder: TextDecoder): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Bytes of a character that begins with this one, if it is one. */
function lengthOf(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}
