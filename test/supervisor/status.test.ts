import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DaemonStatus } from '#/contract/status.js';
import { survivors, writeStatus } from '#/supervisor/status.js';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'status-'));
  const child = { name: 'vault', pid: process.pid, state: 'ready', restarts: 0, lastEnd: null } as const;
  const status: Omit<DaemonStatus, 'children' | 'version'> = {
    pid: 1,
    startedAt: '2026-11-23T12:00:00.000Z',
    state: 'ready',
    listen: '127.0.0.1:22',
    home: '/h',
    recordings: '/r',
    root: true,
    isolation: 3,
    minimumIsolation: 3,
    isolationTrials: [],
    reduced: [],
  };
  writeStatus(run, status, [child]);
});
afterEach(() => rmSync(run, { recursive: true }));

it('processes of an earlier daemon are found', () => expect(survivors(run)).toEqual([process.pid]));

it.runIf(process.getuid?.() === 0).each([[''], ['status.json']])(
  'what another user wrote names nobody to be ended (%j)',
  (name) => {
    chownSync(join(run, name), 65_534, 65_534);
    expect(survivors(run)).toEqual([]);
  },
);
