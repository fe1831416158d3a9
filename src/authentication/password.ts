import { argon2, timingSafeEqual } from 'node:crypto';

/** argon2id as OWASP's password storage advice of 2024 and RFC 9106's second choice: 64 MiB, 3 passes, 1 lane. */
const COST = { memory: 64 * 1024, passes: 3, parallelism: 1, tagLength: 32 } as const;
const STORED = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** Verified against when there is no such user, so that the answer takes as long. */
const DUMMY_SALT = Buffer.alloc(16, 7);

/** Makes the PHC string that is stored. 64 MiB and about 300 ms: callers bound how many run at once. */
export async function hashPassword(password: Buffer, salt: Buffer): Promise<string> {
  const tag = await derive(password, salt, COST);
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${plain(salt)}$${plain(tag)}`;
}

/** True when the password is the hash's. A null or malformed hash takes as long and is false. An empty password is false. */
export async function verifyPassword(hash: string | null, password: Buffer): Promise<boolean> {
  const stored = hash === null ? null : STORED.exec(hash);
  if (stored === null) {
    await derive(password, DUMMY_SALT, COST);
    return false;
  }
  const [, memory = '', passes = '', parallelism = '', salt = '', tag = ''] = stored;
  const wanted = Buffer.from(tag, 'base64');
  const cost = {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: wanted.length,
  };
  const got = await derive(password, Buffer.from(salt, 'base64'), cost);
  return timingSafeEqual(got, wanted) && password.length > 0;
}

function derive(
  message: Buffer,
  nonce: Buffer,
  cost: { memory: number; passes: number; parallelism: number; tagLength: number },
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  argon2('argon2id', { message, nonce, ...cost }, (error, tag) =>
    error === null ? resolve(tag) : reject(error),
  );
  return promise;
}

function plain(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
