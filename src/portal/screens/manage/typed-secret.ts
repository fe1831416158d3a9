import type { TypedSecret } from '../../manage-services.js';
import type { Filled } from '../form/form.js';
import { secretKindOf } from './account-fields.js';

/** The secret of a form with SECRET_FIELDS. */
export function typedSecret(filled: Filled): TypedSecret {
  return secretKindOf(filled.text('secretKind')) === 'key'
    ? { secret: withLines(filled.secret('key')), passphrase: filled.secret('passphrase') }
    : { secret: filled.secret('password'), passphrase: Buffer.alloc(0) };
}

/** A key is pasted into one line, its line ends as spaces: they are put back, in the very buffer. */
export function withLines(key: Buffer): Buffer {
  const begin = key.indexOf('-----', 5);
  const end = key.lastIndexOf('-----END');
  if (begin < 0 || end < begin) return key;
  for (let place = begin; place < end; place += 1) if (key[place] === 0x20) key[place] = 0x0a;
  return key;
}
