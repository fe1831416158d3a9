/** The file in a new home that holds Administrator's first password, where there was no terminal to show it on. */
export const FIRST_PASSWORD = 'administrator-password';

/** Letters and digits that nobody takes for one another. */
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 20;

/** A password that people type once: 20 characters in groups of five (99 bits). `random` gives that many random bytes. */
export function newPassword(random: (bytes: number) => Buffer): Buffer {
  const letters: number[] = [];
  while (letters.length < LENGTH) {
    // bytes over the largest multiple would make some letters likelier than others
    const fit = [...random(64)].filter((byte) => byte < 256 - (256 % READABLE.length));
    letters.push(...fit.map((byte) => READABLE.charCodeAt(byte % READABLE.length)));
  }
  const groups = [0, 5, 10, 15].map((at) => letters.slice(at, at + 5));
  return Buffer.from(groups.flatMap((group, index) => (index === 0 ? group : ['-'.charCodeAt(0), ...group])));
}
