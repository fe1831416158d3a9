import type { Postern } from './postern.ts';

/** Options of an ssh client that asks nothing, has one key, and knows nobody's configuration. */
export function quietSsh({ port }: Postern, identity: string): readonly string[] {
  return [
    ...['-F', 'none', '-p', String(port), '-i', identity, '-o', 'IdentitiesOnly=yes'],
    ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
    ...['-o', 'LogLevel=ERROR'],
  ];
}
