import { describe, expect, test } from 'vitest';
import { done } from '#/domain/outcome.js';
import { NOW, session } from '../fake-services.ts';
import { type MountOptions, mount } from '../mount.ts';

const MINUTE = 60_000;
const others = (id: string, more: Parameters<typeof session>[1]) =>
  session(id, { mine: false, mayEnd: false, ...more });
const MANY = Array.from({ length: 500 }, (_, n) =>
  others(`m${n}`, {
    user: `user${n % 50}`,
    account: `root@host${n}.example.com`,
    startedAt: NOW - n * MINUTE,
    lastKeyAt: NOW - ((n * 7) % 500) * MINUTE,
    recordedBytes: ((n * 13) % 500) * 1000,
  }),
);

async function live(rows: typeof MANY, options: MountOptions = {}) {
  const mounted = mount({
    columns: 120,
    rows: 30,
    ...options,
    services: { sessions: () => Promise.resolve(done(rows)), ...options.services },
  });
  const { terminal } = mounted;
  await terminal.sees('[Accounts]');
  terminal.press('tab');
  await terminal.sees('[Recordings]');
  terminal.press('tab');
  await terminal.sees('[Live]');
  return mounted;
}

describe('the live screen', () => {
  test('says who, since when, idle, recorded, last done, who watches and types, and what is suspended', async () => {
    const { terminal } = await live([
      others('s1', {
        user: 'bob',
        suspendedBy: 'sue',
        controlledBy: 'tom',
        watchers: ['audrey', 'tom'],
        lastActivity: 'rm -rf /\u001b[2J tmp',
        lastKeyAt: NOW - 5 * MINUTE,
        recordedBytes: 1_234_567,
      }),
    ]);
    const text = await terminal.sees('suspended');
    for (const part of ['05:00', '1.2 MB', 'by sue', 'with tom', 'audrey, tom', 'rm -rf /', 'level 3'])
      expect(text).toContain(part);
  });

  test('of an account that takes four eyes says who waits, before others', async () => {
    const { terminal } = await live([
      others('s1', { user: 'carl' }),
      others('s2', { user: 'bob', state: 'connecting', company: 'waiting', startedAt: NOW - 60 * MINUTE }),
    ]);
    const lines = (await terminal.sees('waiting')).split('\n');
    const at = (name: string) => lines.findIndex((line) => line.includes(name));
    expect(at('bob')).toBeLessThan(at('carl'));
    expect(lines.join('\n')).toContain('waits for somebody to watch');
  });

  test('500 sessions are sorted, filtered and moved in without a wait', async () => {
    const { terminal } = await live(MANY);
    await terminal.sees('root@host0.example.com');
    const begun = performance.now();
    terminal.press('ctrl-o');
    await terminal.sees('sorted by idle time');
    terminal.press('ctrl-o');
    await terminal.sees('sorted by user');
    terminal.press('ctrl-o');
    await terminal.sees('sorted by account');
    terminal.press('ctrl-o');
    const bytes = await terminal.sees('sorted by bytes');
    expect(bytes).toMatch(/499\.0? ?kB|499 kB/);
    terminal.press('ctrl-o');
    await terminal.sees('sorted by start');
    terminal.type('host499');
    await terminal.sees(/> +running +\S+ +root@host499/);
    terminal.press('ctrl-u').press('end');
    await terminal.sees('root@host499.example.com');
    // eight screens; a slow machine is no slow screen
    expect(performance.now() - begun).toBeLessThan(4000);
  });

  test('a refresh keeps what was chosen: order, filter and place', async () => {
    const { terminal, tick } = await live(MANY);
    await terminal.sees('root@host0.example.com');
    terminal.press('ctrl-o');
    await terminal.sees('sorted by idle time');
    await terminal.sees('sorted by idle time');
    terminal.press('down');
    const chosen = /> +running +(\S+) +(\S+)/.exec(terminal.text())?.[2] ?? 'nothing';
    tick();
    await terminal.sees(new RegExp(`> +running +\\S+ +${chosen.slice(0, 10)}`));
    expect(terminal.text()).toContain('sorted by idle time');
  });
});
