import { join } from 'node:path';
import { eventually, type Postern } from './postern.ts';

/** A component and its credential file, as `postern credfile show` has them. */
export interface ComponentRow {
  readonly component: string;
  readonly state: string;
  readonly problem: string | null;
  readonly disabled: boolean;
  readonly hostName: string;
  readonly uid: number;
  readonly executable: string;
  readonly rotatedAt: string;
  readonly connections: number;
}

export function credentialFile(postern: Postern, role: string, name: string): string {
  return join(postern.home, 'credentials', role, name);
}

export async function showComponent(postern: Postern, component: string): Promise<ComponentRow> {
  const [row] = await postern.json<ComponentRow[]>(['credfile', 'show', component]);
  if (row === undefined) throw new Error(`no row of ${component}`);
  return row;
}

/** Its file is good, and so many processes are logged in with it. */
export function inOrder(postern: Postern, component: string, connections = 1): Promise<ComponentRow> {
  return eventually(`${component} to be in order`, async () => {
    const row = await showComponent(postern, component);
    return row.state === 'good' && row.connections >= connections ? row : false;
  });
}
