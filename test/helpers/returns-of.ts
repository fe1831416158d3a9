import type { ReturnKind } from '#/domain/lending.js';
import { eventually, type Postern } from './postern.ts';

/** What the newest recording has of the target's connections back of one kind, when it is complete. */
export async function returnsOf(postern: Postern, kind: ReturnKind): Promise<readonly string[]> {
  const id = await eventually('the recording to be stored', async () => {
    const [row] = await postern.json<{ id: string; stored: string }[]>(['recordings', 'list']);
    return row?.stored === 'safe' && row.id;
  });
  const cast = await postern.cli(['recordings', 'export', id, '--format', 'v3', '--output', '-']);
  const back = new RegExp(`${kind} connection back to the person: [^"]*`, 'g');
  return [...cast.stdout.matchAll(back)].map(([line]) => line);
}
