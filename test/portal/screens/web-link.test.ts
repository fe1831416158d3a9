import { expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import { webLinkLines } from '#/portal/screens/web-link/web-link-view.js';
import { type MountOptions, mount } from '../mount.ts';

const URL = 'http://127.0.0.1:8722/#0123456789abcdef0123456789abcdef';

async function library(options: MountOptions = {}) {
  const mounted = mount(options);
  await mounted.terminal.sees('[Accounts]');
  mounted.terminal.press('tab');
  await mounted.terminal.sees('postgres@db1');
  return mounted;
}

test('Ctrl-W shows a link for a browser, and how it gets here', async () => {
  const { terminal } = await library();
  terminal.press('ctrl-w');
  await terminal.sees(URL);
  await terminal.sees('ssh -L 8722:web:80 -p 2222 alice@192.0.2.7');
  terminal.press('escape');
  await terminal.sees('[Recordings]');
});

test('where no browser comes that is said', async () => {
  const { terminal } = await library({
    services: { webLink: () => Promise.resolve(failed(failure('NO_PAGES_HERE'))) },
  });
  terminal.press('ctrl-w');
  await terminal.sees('carries no browser');
});

test('on a narrow screen the link is cut into lines, none of it lost, and names stay text', () => {
  const lines = webLinkLines({
    recording: { user: 'alice', account: 'root@web1\u001b[31m' },
    link: { url: URL, forward: '-L 8722:web:80', connect: 'ssh -L 8722:web:80 …', minutes: 5 },
    room: { columns: 40, rows: 30 },
    sign: (sign) => (sign === 'rule' ? '-' : '|'),
  }).map((line) => line.map((one) => one.text).join(''));
  expect(lines.join('\n')).not.toContain('\u001b');
  const joined = lines.map((line) => line.replace(/^\s*\| | \|\s*$/g, '').trim()).join('');
  expect(joined).toContain(URL);
});
