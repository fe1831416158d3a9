import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where a secret's bytes can be found: files below the folders, and argv and environ of every process. Root sees them all. */
export function canaryHits(secret: string, folders: readonly string[]): string[] {
  const hits: string[] = [];
  for (const folder of folders) scan(folder, secret, hits);
  for (const pid of readdirSync('/proc').filter((one) => /^\d+$/.test(one) && Number(one) !== process.pid)) {
    for (const part of ['cmdline', 'environ']) {
      try {
        if (readFileSync(`/proc/${pid}/${part}`).includes(secret)) hits.push(`/proc/${pid}/${part}`);
      } catch {
        // it ended while we looked
      }
    }
  }
  return hits;
}

function scan(path: string, secret: string, hits: string[]): void {
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(path);
  } catch {
    return;
  }
  if (found.isDirectory()) for (const entry of readdirSync(path)) scan(join(path, entry), secret, hits);
  else if (found.isFile() && readFileSync(path).includes(secret)) hits.push(path);
}
