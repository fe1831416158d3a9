import { statfsSync } from 'node:fs';
import type { Metric } from '#/contract/keeping-calls.js';
import type { RecordedSession } from './records/sessions.js';
import type { Vault } from './vault.js';

/** What a monitoring system should watch of a bastion. */
export async function metricsOf(vault: Vault): Promise<readonly Metric[]> {
  const { open, pending, audit } = await vault.store.transaction(async (records) => ({
    open: await records.sessions.open(),
    pending: await records.sessions.pendingRecordings(),
    audit: await records.audit.last(),
  }));
  const waiting = waitingOf(pending);
  const free = freeBytes(vault.settings.paths.spool);
  return [
    gauge('postern_vault_sealed', 'The vault is sealed: 1.', vault.keyring.sealed ? 1 : 0),
    gauge(
      'postern_isolation_level',
      'Isolation of client programs that was tried out, 0 to 3.',
      vault.settings.isolation.level,
    ),
    gauge('postern_session_hosts', 'Session hosts that are connected.', vault.hosts.numbers().length),
    {
      name: 'postern_sessions',
      help: 'Sessions that have not ended, by state.',
      kind: 'gauge',
      values: (['connecting', 'running', 'detached'] as const).map((state) => ({
        labels: { state },
        value: open.filter((one) => one.state === state).length,
      })),
    },
    gauge(
      'postern_recordings_not_stored',
      'Recordings of ended sessions not yet in their safe.',
      waiting.length,
    ),
    gauge(
      'postern_recordings_not_stored_oldest_seconds',
      'Age of the oldest recording not yet in its safe, from the end of its session; 0: none waits.',
      oldestSeconds(waiting, vault.now()),
    ),
    ...(free === null ? [] : [gauge('postern_spool_free_bytes', 'Free space for running sessions.', free)]),
    gauge(
      'postern_spool_reserve_bytes',
      'Below this much free space new sessions are refused.',
      vault.settings.spoolReserveMb * 1024 * 1024,
    ),
    {
      name: 'postern_audit_rows_total',
      help: 'Rows of the audit.',
      kind: 'counter',
      values: [{ labels: {}, value: audit?.sequence ?? 0 }],
    },
  ];
}

/** Recordings of sessions that have ended, and that are not in their safe. */
export function waitingOf(pending: readonly RecordedSession[]): readonly RecordedSession[] {
  return pending.filter(({ endedAt }) => endedAt !== null);
}

export function oldestSeconds(waiting: readonly RecordedSession[], now: number): number {
  const oldest = Math.min(...waiting.map(({ endedAt }) => endedAt ?? now), now);
  return Math.round((now - oldest) / 1000);
}

function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, help, kind: 'gauge', values: [{ labels: {}, value }] };
}
