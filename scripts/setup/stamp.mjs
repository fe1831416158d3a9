import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './run.mjs';

/**
 * A stage is { name, announce, stamp, hash(), applies(), made(), make(), inStep?() }. Its stamp holds the hash of what
 * it was made from, is written last, and lies inside the folder that it vouches for: who deletes the folder deletes
 * the stamp with it.
 */
export function isFresh(stage) {
  return !stage.applies() || (read(stage.stamp) === stage.hash() && stage.made());
}

export function stamp(stage, hash) {
  const path = join(root, stage.stamp);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, hash);
  renameSync(`${path}.new`, path);
}

export const unstamp = (stage) => rmSync(join(root, stage.stamp), { force: true });

/** Content hash over names and bytes of files (paths from the root) and further texts. */
export function hashOf({ files = [], texts = [] }) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  for (const text of texts) hash.update(`${text}\0`);
  return hash.digest('hex');
}

/** All files under a folder that `wanted` accepts, as sorted paths from the root. */
export function filesIn(folder, wanted = () => true) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .filter(wanted)
    .sort();
}

function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
