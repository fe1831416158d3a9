import { lstatSync } from 'node:fs';
import { runDirectory } from '#/contract/sockets.js';

/**
 * Where the daemon of a home runs, for whoever wants to talk to it. Below /tmp anybody could have made a directory of that
 * name to be told passwords: taken is only what is root's, one's own, or the home's owner's.
 */
export function findRun(home: string, uid = process.getuid?.() ?? 0): string {
  const trusted = new Set([0, uid, ownerOf(home) ?? 0]);
  const roots = runDirectory(home, 0);
  const taken = [runDirectory(home, uid), roots].find((run) => {
    const owner = ownerOf(run);
    return owner !== null && trusted.has(owner);
  });
  return taken ?? roots;
}

function ownerOf(path: string): number | null {
  try {
    return lstatSync(path).uid;
  } catch {
    return null;
  }
}
