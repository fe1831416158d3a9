import type { SignedHead } from '#/contract/rows.js';
import { headsDigest, type SignedList, signedListText } from '#/contract/signed-list.js';
import type { Keyring } from './keyring.js';

/** That these are all the heads of a recording; null while the vault is sealed. */
export function signList(
  keyring: Pick<Keyring, 'sign'>,
  recordingId: string,
  heads: readonly SignedHead[],
  at: number,
): SignedList | null {
  const unsigned = { heads: heads.length, digest: headsDigest(heads), at };
  const signature = keyring.sign(signedListText(recordingId, unsigned));
  return signature === null ? null : { ...unsigned, signature };
}
