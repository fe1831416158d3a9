import { randomBytes } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

const QUARANTINE = 'quarantine';

/**
 * Moves what does not belong in the spool to a directory in it that only the recorder can open; says where to, or why
 * not. Null for that directory itself. The entry is moved, never followed.
 */
export async function quarantine(spool: string, name: Buffer): Promise<string | null> {
  if (name.toString('latin1') === QUARANTINE) return null;
  const directory = join(spool, QUARANTINE);
  const kept = `${randomBytes(8).toString('hex')}-${name
    .toString('latin1')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 100)}`;
  try {
    await mkdir(directory, { mode: 0o700, recursive: true });
    await rename(Buffer.concat([Buffer.from(`${spool}/`), name]), join(directory, kept));
    return `moved to ${QUARANTINE}/${kept}`;
  } catch (error) {
    // somebody else's directory, which only root can move
    return `it cannot be moved: ${error instanceof Error ? error.message : 'unknown'}`;
  }
}
