/**
 * What is looked for, as a pattern over bytes: text is searched as it stands in memory, without decoding it. Letters match
 * their other case, too.
 */
export function bytePattern(text: string): RegExp {
  return new RegExp([...text].map(anyCase).join(''), 'g');
}

function anyCase(character: string): string {
  const forms = [...new Set([character, character.toLowerCase(), character.toUpperCase()])];
  const bytes = forms.map((form) => escaped(Buffer.from(form, 'utf8').toString('latin1')));
  return bytes.length === 1 ? (bytes[0] ?? '') : `(?:${bytes.join('|')})`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (one) => `\\${one}`);
}
