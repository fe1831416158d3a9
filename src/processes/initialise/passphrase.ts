import { readFileSync } from 'node:fs';
import { askHidden } from '#/house/ask-hidden.js';

const SHORTEST = 12;
const HOW =
  'masterKeyMode is "passphrase": put the new passphrase into a file and name it in POSTERN_PASSPHRASE_FILE for this first start';

/**
 * The passphrase of a new vault: typed twice at a terminal, or the first line of the file that POSTERN_PASSPHRASE_FILE
 * names. Throws a sentence that says how to give it.
 */
export async function newPassphrase(
  env: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): Promise<Buffer> {
  const path = env['POSTERN_PASSPHRASE_FILE'];
  const passphrase = path === undefined ? await typedTwice(terminal) : firstLine(readFileSync(path));
  if (passphrase.length < SHORTEST) throw new Error(`a passphrase needs at least ${SHORTEST} characters`);
  return passphrase;
}

async function typedTwice(terminal: boolean): Promise<Buffer> {
  if (!terminal) throw new Error(HOW);
  const first = await askHidden('New passphrase of the vault (not shown): ');
  const second = first === null ? null : await askHidden('Once more: ');
  if (first === null || second === null) throw new Error(HOW);
  if (!first.equals(second)) throw new Error('the two passphrases differ; start again');
  second.fill(0);
  return first;
}

function firstLine(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\n');
  return end === -1 ? bytes : bytes.subarray(0, end);
}
