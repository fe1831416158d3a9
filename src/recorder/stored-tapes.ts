import { access, readdir } from 'node:fs/promises';
import { storedPath } from './tape-path.js';

/** The recording safe in which that recording is stored, or null. */
export async function safeHolding(recordings: string, recordingId: string): Promise<string | null> {
  for (const entry of await readdir(recordings, { withFileTypes: true })) {
    const place = entry.isDirectory() ? storedPath(recordings, entry.name, recordingId) : null;
    if (place !== null && (await exists(place.path))) return entry.name;
  }
  return null;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
