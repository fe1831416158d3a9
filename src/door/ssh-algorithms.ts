import type { Algorithms } from 'ssh2';

/**
 * What may be negotiated, best first. No SHA-1, no NIST curves, no CBC, no MAC over plaintext, and no compression:
 * 27 KB would inflate to 28 MB before anybody is known. ssh2 adds strict key exchange by itself, ssh2-hybrid.ts the
 * hybrid with ML-KEM, as the best.
 */
export const ALGORITHMS = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org'],
  serverHostKey: ['ssh-ed25519'],
  cipher: [
    'aes256-gcm@openssh.com',
    'aes128-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes256-ctr',
    'aes128-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
  compress: ['none'],
} as const satisfies { readonly [K in keyof Algorithms]: readonly string[] };

/** Follows `SSH-2.0-`: no version that would tell a scanner what to try. */
export const IDENT = 'Postern';
