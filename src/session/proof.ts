import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { landingProofText } from '#/contract/session-link.js';

/** PSMServer's public key, as the vault hands it out; throws on anything but an Ed25519 key. */
export function readPsmServer(base64: string): KeyObject {
  const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('PSMServer is not an Ed25519 key');
  return key;
}

/** Stage 3: PSMServer, which is to say the vault, lets a portal land this session, with this permit, on this connection. */
export function isProven(
  key: KeyObject,
  nonce: string,
  landing: { readonly sessionId: string; readonly permit: string; readonly proof: string },
): boolean {
  const signature = Buffer.from(landing.proof, 'base64');
  return (
    signature.length === 64 &&
    verify(null, Buffer.from(landingProofText(nonce, landing.sessionId, landing.permit)), key, signature)
  );
}
