import { readFileSync } from 'node:fs';

/**
 * The passphrase of a vault in passphrase mode: the first line of the file that POSTERN_PASSPHRASE_FILE names.
 * Throws a sentence that says how to give it.
 */
export function newPassphrase(env: Readonly<Record<string, string | undefined>>): Buffer {
  const path = env['POSTERN_PASSPHRASE_FILE'];
  if (path === undefined)
    throw new Error(
      'masterKeyMode is "passphrase": put the new passphrase into a file and name it in POSTERN_PASSPHRASE_FILE for this first start',
    );
  const bytes = readFileSync(path);
  const end = bytes.indexOf('\n');
  const passphrase = end === -1 ? bytes : bytes.subarray(0, end);
  if (passphrase.length < 12)
    throw new Error('the passphrase in POSTERN_PASSPHRASE_FILE is shorter than 12 characters');
  return passphrase;
}
