import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WebAbout, WebIndex, WebNews, WebTranscript } from '#/contract/web-page.js';
import { output, type Recorded, recorded, segmentsOf } from '../monitor/recorded.js';
import { pageRig } from './page-rig.js';

let tape: Recorded;
let rig: Awaited<ReturnType<typeof pageRig>>;

beforeAll(async () => {
  tape = await recorded([
    output(0, 'hello <script>alert(1)</script>\r\n'),
    output(5000, 'bye\r\n'),
    { at: 5001, kind: 'marker', label: '</script><b>mark' },
    output(9000, '$ '),
  ]);
  rig = await pageRig(tape);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  tape[Symbol.dispose]();
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function ask(path: string, { method = 'GET', headers = {}, body = '' }: Asked = {}) {
  const asked = request({ host: '127.0.0.1', port: rig.port, path, method, headers, agent: false });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  asked.end(body);
  const response = await answer;
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

async function opened(): Promise<{ readonly path: string; readonly headers: { readonly cookie: string } }> {
  const answer = await ask('/open', { method: 'POST', headers: { 'x-postern': '1' }, body: rig.token() });
  expect(answer.status).toBe(200);
  const [cookie = ''] = answer.headers['set-cookie'] ?? [];
  const { path } = JSON.parse(answer.body) as { readonly path: string };
  return { path, headers: { cookie: cookie.split(';')[0] ?? '' } };
}

describe('a page', () => {
  test('is opened once by its link, and then only by the browser that did', async () => {
    const token = rig.token();
    const open = { method: 'POST', headers: { 'x-postern': '1' }, body: token };
    const first = await ask('/open', open);
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^postern=[\w-]{43}; Path=\/r\/[\w-]{16}\/; HttpOnly; SameSite=Strict$/,
    );
    expect(await ask('/open', open)).toMatchObject({ status: 403 });
    const { path } = JSON.parse(first.body) as { readonly path: string };
    for (const part of ['', 'about', 'index.json', 'segment/0', 'transcript', 'over'])
      expect(await ask(path + part), part).toMatchObject({ status: 410 });
    expect(await ask(`${path}about`, { headers: { cookie: `postern=${'x'.repeat(43)}` } })).toMatchObject({
      status: 410,
    });
  });

  test('gives the recording in parts', async () => {
    const { path, headers } = await opened();
    const about = await ask(`${path}about`, { headers });
    expect(JSON.parse(about.body)).toMatchObject({ complete: true, row: { user: 'alice' } });
    const index = JSON.parse((await ask(`${path}index.json`, { headers })).body) as object;
    expect(index).toMatchObject({ version: 1, duration: 9, markers: [[5.001, '</script><b>mark']] });
    const segment = await ask(`${path}segment/0`, { headers });
    expect(segment.headers['content-type']).toBe('application/json');
    expect(segment.body).toContain('hello <script>');
    expect(await ask(`${path}nothing`, { headers })).toMatchObject({ status: 404 });
    const lines: unknown[] = [];
    for (let done = false; !done; ) {
      const part = JSON.parse((await ask(`${path}transcript`, { headers })).body) as WebTranscript;
      lines.splice(part.from, Infinity, ...part.lines);
      ({ done } = part);
    }
    expect(lines).toContainEqual([5.001, '[marker: </script><b>mark]']);
  });

  test('is told to nobody who comes by another name, or from another page', async () => {
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80'])
      expect(await ask('/', { headers: { host } }), host).toMatchObject({ status: 403 });
    for (const host of ['localhost:8722', '127.0.0.1', '[::1]:1'])
      expect(await ask('/', { headers: { host } }), host).toMatchObject({ status: 200 });
    expect(await ask('/player.js', { headers: { 'sec-fetch-site': 'cross-site' } })).toMatchObject({
      status: 403,
    });
    expect(await ask('/open', { method: 'POST', body: rig.token() })).toMatchObject({ status: 403 });
    expect(
      await ask('/open', { method: 'POST', headers: { 'x-postern': '1' }, body: 'x'.repeat(1000) }),
    ).toMatchObject({ status: 400 });
    expect(await ask('/', { method: 'DELETE' })).toMatchObject({ status: 405 });
    for (const path of ['/open', '/replay', '/../../../etc/passwd', '/page/open.js', '//x', '/r/x/'])
      expect((await ask(path)).status, path).toBeGreaterThanOrEqual(404);
  });

  test('says the same strict policy with everything', async () => {
    const { path, headers } = await opened();
    for (const one of ['/', '/player.js', '/page.css', '/nothing', path, `${path}segment/0`]) {
      const answer = await ask(one, { headers });
      expect(answer.headers['content-security-policy'], one).toMatch(
        /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';/,
      );
      expect(answer.headers, one).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    }
    const pages = [(await ask('/')).body, (await ask(path, { headers })).body];
    for (const page of pages) {
      expect(page).not.toMatch(/<script(?! src="\/)|<style|style=|\son\w+=|https?:/i);
    }
  });

  test('that is too old opens nothing', async () => {
    const body = rig.token();
    rig.advance(6 * 60_000);
    expect(await ask('/open', { method: 'POST', headers: { 'x-postern': '1' }, body })).toMatchObject({
      status: 403,
    });
  });
});

test('a right that is taken away ends it within 2 s', async () => {
  await using own = await pageRig(tape);
  const before = rig;
  rig = own;
  const { path, headers } = await opened();
  const over = ask(`${path}over`, { headers });
  expect(await ask(`${path}segment/0`, { headers })).toMatchObject({ status: 200 });
  own.forbid();
  const since = performance.now();
  expect(JSON.parse((await over).body)).toMatchObject({
    message: expect.stringContaining('the right to it was taken away') as string,
  });
  expect(performance.now() - since).toBeLessThan(2000);
  expect(await ask(`${path}segment/0`, { headers })).toMatchObject({ status: 410 });
  rig = before;
});

test('of a session that runs: what is there, then what comes, and at its end the whole', async () => {
  using parted = await recorded(
    [
      output(0, 'hello\r\n'),
      'written',
      output(5000, 'bye\r\n'),
      { at: 5001, kind: 'marker', label: 'mark' },
      output(9000, '$ '),
    ],
    { text: true },
  );
  const all = segmentsOf(parted).length;
  await using growing = await pageRig(parted, { outcome: 'running', endingText: null }, 1);
  const answer = await fetch(`${growing.origin}/open`, {
    method: 'POST',
    headers: { 'x-postern': '1' },
    body: growing.token(),
  });
  const { path } = (await answer.json()) as { readonly path: string };
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const get = async <T>(part: string): Promise<T> =>
    (await (await fetch(`${growing.origin}${path}${part}`, { headers: { cookie } })).json()) as T;
  expect(await get('about')).toMatchObject({ running: true, complete: false });
  const first = await get<WebNews>('news/0');
  expect(first).toMatchObject({ next: 1, running: true, snapshot: { cols: 80, rows: 24 } });
  expect(first.events.map(([, , data]) => data).join('')).toContain('hello');
  expect(await get<WebNews>('news/1')).toMatchObject({ next: 1, events: [] });
  expect(await get<WebTranscript>('transcript')).toMatchObject({ done: false });
  growing.grow(1, all);
  let news: WebNews;
  do news = await get<WebNews>('news/1');
  while (news.next === 1);
  expect(news).toMatchObject({ next: all, snapshot: null, duration: 9 });
  expect(news.events.map(([, , data]) => data).join('')).toBe('bye\r\n$ ');
  let index: WebIndex;
  do index = await get<WebIndex>('index.json');
  while (index.markers.length === 0);
  expect(index).toMatchObject({ duration: 9, markers: [[5.001, 'mark']] });
  growing.becomes({ endedAt: 2, outcome: 'exited', stored: 'safe' });
  let about: WebAbout;
  do about = await get<WebAbout>('about');
  while (about.running);
  expect(about).toMatchObject({ complete: true, row: { outcome: 'exited' } });
  const lines: string[] = [];
  for (let part = await get<WebTranscript>('transcript'); ; part = await get<WebTranscript>('transcript')) {
    lines.splice(part.from, Infinity, ...part.lines.map(([, line]) => line));
    if (part.done) break;
  }
  expect(lines.join('\n')).toContain('bye');
});
