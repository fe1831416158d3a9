import { describe, expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import type { PortalServices, RecordingRow } from '#/portal/services.js';
import { NOW, recording } from '../fake-services.ts';
import { mount } from '../mount.ts';

const HOLD = { by: 'carol', at: NOW - 3_600_000, reason: 'case 12' };
const KEPT: Partial<RecordingRow> = { hold: HOLD };

async function recordings(
  more: Partial<RecordingRow>,
  services: Partial<PortalServices> = {},
  size = { columns: 80, rows: 24 },
) {
  const row = { ...recording('n1'), ...more };
  const asked: string[] = [];
  const { terminal } = mount({
    ...size,
    services: {
      recordings: () => Promise.resolve(done([row])),
      holdRecording: (id, held, reason) => {
        asked.push(`${held ? 'hold' : 'release'} ${id}: ${reason}`);
        return Promise.resolve(done(null));
      },
      deleteRecording: (id, reason) => {
        asked.push(`delete ${id}: ${reason}`);
        return Promise.resolve(done(null));
      },
      ...services,
    },
  });
  await terminal.sees('[Accounts]');
  terminal.press('tab');
  await terminal.sees(/exited|held|deleted/);
  return { terminal, asked };
}

describe('keeping and deleting recordings', () => {
  test('Ctrl-O puts one on hold, not without a reason', async () => {
    const { terminal, asked } = await recordings({});
    terminal.press('ctrl-o');
    await terminal.sees('Put on hold');
    terminal.press('enter');
    await terminal.sees('Type a reason');
    terminal.type('case 12').press('enter');
    await terminal.sees('is on hold.');
    expect(asked).toEqual(['hold n1: case 12']);
  });

  test.each([
    [80, 24],
    [200, 50],
  ])(
    'at %ix%i: what is on hold says by whom, since when and why, and Ctrl-O releases it',
    async (columns, rows) => {
      const { terminal, asked } = await recordings(KEPT, {}, { columns, rows });
      const text = await terminal.sees('by carol since 2026-11-23 18:40 UTC: case');
      expect(text).toMatch(columns === 80 ? /held, exited/ : /exited +held/);
      terminal.press('ctrl-o');
      expect(await terminal.sees('Release')).toContain('by carol since');
      terminal.type('closed').press('enter');
      await terminal.sees('is released.');
      expect(asked).toEqual(['release n1: closed']);
    },
  );

  test('Ctrl-X deletes one for ever, after a reason; Escape does nothing', async () => {
    const { terminal, asked } = await recordings({});
    terminal.press('ctrl-x');
    expect(await terminal.sees('Delete for ever')).toContain('Its key is destroyed');
    terminal.type('why').press('escape');
    await terminal.seesNot('Delete for ever');
    expect(asked).toEqual([]);
    terminal.press('ctrl-x');
    await terminal.sees('Delete for ever');
    terminal.type('no case').press('enter');
    await terminal.sees('is deleted');
    expect(asked).toEqual(['delete n1: no case']);
  });

  test.each<[string, Partial<RecordingRow>, RegExp]>([
    ['on hold', KEPT, /is on hold by carol since 2026-11-23 18:40/],
    ['in the spool', { stored: 'spool' }, /only what is proven to be stored/],
    [
      'deleted already',
      { stored: 'deleted', deletion: { by: 'dora', at: NOW, reason: 'old', gone: true } },
      /was deleted by dora, 2026-11-23 19:40 UTC: old/,
    ],
  ])('what is %s cannot be deleted, and why is said before anything is asked', async (_what, more, words) => {
    const { terminal, asked } = await recordings(more);
    terminal.press('ctrl-x');
    await terminal.sees(words);
    expect(terminal.text()).not.toContain('Delete for ever');
    expect(asked).toEqual([]);
  });

  test('who may not is told by the vault what is missing', async () => {
    const { terminal } = await recordings(
      {},
      {
        deleteRecording: () =>
          Promise.resolve(failed(failure('DENIED', 'deleteAccounts on PSMRecordings is missing'))),
      },
    );
    terminal.press('ctrl-x');
    await terminal.sees('Delete for ever');
    terminal.type('x').press('enter');
    await terminal.sees('deleteAccounts on PSMRecordings');
  });
});
