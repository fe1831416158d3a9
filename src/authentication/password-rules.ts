import { LEAST_PASSWORD_LENGTH as LEAST } from '#/domain/people.js';

const MOST = 1024;

/** May this be a person's new password? `why` is a sentence for the person. */
export function checkNewPassword(
  password: Buffer,
  user: string,
): { readonly ok: true } | { readonly ok: false; readonly why: string } {
  const text = password.toString('utf8');
  const length = [...text].length;
  if (length < LEAST) return { ok: false, why: `it has fewer than ${LEAST} characters.` };
  if (password.length > MOST) return { ok: false, why: `it has more than ${MOST} bytes.` };
  if (!Buffer.from(text, 'utf8').equals(password)) return { ok: false, why: 'it is not valid UTF-8.' };
  if (/[\p{Cc}]/u.test(text)) return { ok: false, why: 'it has control characters in it.' };
  if (user.length >= 3 && text.toLowerCase().includes(user.toLowerCase()))
    return { ok: false, why: 'it has the user name in it.' };
  if (new Set(text).size < 5) return { ok: false, why: 'it repeats too few different characters.' };
  return { ok: true };
}
