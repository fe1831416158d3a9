import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'vitest';
import type { Postern } from './postern.ts';
import type { Screen } from './ssh-screen.ts';
import { login } from './walk.ts';

/** A recording in a browser, as far as the page's own script asks for it. */
export interface WebPage {
  readonly get: (part: string) => Promise<Response>;
}

/** A person's portal, with the way of a browser through her own ssh. */
export async function loginWithWeb(
  postern: Postern,
  person: string,
  identity: string,
): Promise<{ readonly screen: Screen; readonly origin: string }> {
  const port = await freePort();
  const screen = await login(postern, person, { identity, options: ['-L', `${port}:web:80`] });
  return { screen, origin: `http://127.0.0.1:${port}` };
}

/** Ctrl-W on the recording that is selected: what stands behind the # of its link. */
export async function offeredToken(postern: Postern, person: string, screen: Screen): Promise<string> {
  screen.press('ctrl-w');
  const shown = await screen.sees(`ssh -L 8722:web:80 -p ${postern.port} ${person}@127.0.0.1`);
  return /127\.0\.0\.1:8722\/#([\w-]{32})/.exec(shown)?.[1] ?? '';
}

/** What the page's own script does with a link. */
export async function openPage(origin: string, token: string): Promise<WebPage> {
  const answer = await fetch(`${origin}/open`, {
    method: 'POST',
    headers: { 'x-postern': '1' },
    body: token,
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  const { path } = (await answer.json()) as { readonly path: string };
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { get: (part) => fetch(`${origin}${path}${part}`, { headers: { cookie } }) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
