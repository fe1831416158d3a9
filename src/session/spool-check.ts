import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Why no tape could be opened now, or null: asked before a target is contacted for its host key, which comes before the tape. */
export async function spoolTrouble(
  spool: string,
  reserveBytes: number,
  name: string,
): Promise<string | null> {
  const file = join(spool, `.${name}.try`);
  try {
    const { bavail, bsize } = await statfs(spool);
    if (bavail * bsize < reserveBytes)
      return `only ${Math.floor((bavail * bsize) / 1e6)} MB are free in the spool`;
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.write(Buffer.alloc(4096));
      await handle.sync();
    } finally {
      await handle.close();
      await rm(file, { force: true });
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
}
