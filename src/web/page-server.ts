import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import type { PageFile } from './page-files.js';
import { cookieOf, HEADERS, setCookie, whyRefused } from './page-rules.js';
import type { PageSource } from './page-source.js';

export interface PageServerOptions {
  readonly files: ReadonlyMap<string, PageFile>;
  /** Opens what a link is for: a second time it is for nothing. */
  readonly open: (token: string) => Promise<Outcome<PageSource>>;
  readonly random: (bytes: number) => Buffer;
}

export interface PageServer {
  /** One connection of a browser. */
  accept(stream: Duplex): void;
  close(): void;
}

interface OpenPage {
  readonly source: PageSource;
  readonly cookie: string;
  /** Answers that wait for the end: a tab that shows it. */
  watching: number;
  forget: NodeJS.Timeout | null;
}

const MOST_PAGES = 20;
/** Milliseconds that a page without a tab stays open: somebody loads it anew. */
const FORGOTTEN = 30_000;
const LIMITS = { headersTimeout: 10_000, requestTimeout: 20_000, maxHeaderSize: 16 * 1024 } as const;
const LONGEST_TOKEN = 200;

/** Shows recordings to the browser of one person. Who has no link sees nothing but the frame. */
export function createPageServer({ files, open, random }: PageServerOptions): PageServer {
  const pages = new Map<string, OpenPage>();
  const server = createServer(LIMITS, (request, response) => {
    answer(request, response).catch(() => say(response, 500, 'Something broke on our side.'));
  });
  return {
    accept: (stream) => void server.emit('connection', stream),
    close() {
      for (const id of [...pages.keys()]) drop(id);
      server.closeAllConnections();
      server.close();
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = whyRefused(request.headers);
    if (refused !== null) return say(response, 403, refused);
    const [path = '/'] = (request.url ?? '/').split('?');
    if (request.method === 'POST' && path === '/open') return await openPage(request, response);
    if (request.method !== 'GET') return say(response, 405, 'This is not how it is asked.');
    if (path === '/') return send(response, files.get('open'));
    const [, id = '', what = ''] = /^\/r\/([\w-]{1,64})\/(.*)$/.exec(path) ?? [];
    if (id === '') return send(response, path.startsWith('/') ? files.get(path) : undefined);
    const page = pages.get(id);
    if (page === undefined || cookieOf(request.headers) !== page.cookie)
      return say(response, 410, 'This page is over: ask Postern for a new link.');
    await part(page, id, what, response);
  }

  async function openPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // a page of somebody else's cannot send this header here
    if (request.headers['x-postern'] !== '1') return say(response, 403, 'Another page may not ask for this.');
    if (Number(request.headers['content-length'] ?? Infinity) > LONGEST_TOKEN)
      return say(response, 400, 'That is no link of ours.');
    if (pages.size >= MOST_PAGES) return say(response, 429, 'So many pages are open: close one.');
    const source = await open(await text(request));
    if (!source.ok) return say(response, 403, source.failure.message);
    const [id, cookie] = [random(12).toString('base64url'), random(32).toString('base64url')];
    const page: OpenPage = { source: source.value, cookie, watching: 0, forget: null };
    pages.set(id, page);
    forgetLater(id, page);
    void source.value.over.then(() => setTimeout(() => drop(id), FORGOTTEN).unref());
    const path = `/r/${id}/`;
    json(response, 200, { path }, { 'set-cookie': setCookie(cookie, path) });
  }

  async function part(page: OpenPage, id: string, what: string, response: ServerResponse): Promise<void> {
    const { source } = page;
    const segment = /^segment\/(\d{1,9})$/.exec(what)?.[1];
    if (segment !== undefined) return give(response, await source.segment(Number(segment)));
    const from = /^news\/(\d{1,9})$/.exec(what)?.[1];
    if (from !== undefined) return give(response, await source.news(Number(from)));
    switch (what) {
      case '':
        return send(response, files.get('replay'));
      case 'about':
        return await tellNow(source, 'about', response);
      case 'index.json':
        return await tellNow(source, 'index', response);
      case 'transcript':
        return give(response, await source.transcript());
      case 'over':
        return await tellEnd(page, id, response);
      default:
        return say(response, 404, 'There is nothing here.');
    }
  }

  /** What does not grow any more was told when it was opened. */
  async function tellNow(
    source: PageSource,
    what: 'about' | 'index',
    response: ServerResponse,
  ): Promise<void> {
    if (!source.about.running) return json(response, 200, source[what]);
    const now = await source.now();
    if (!now.ok) return failedWith(response, now.failure);
    const told = JSON.parse(now.value.toString('utf8')) as Pick<PageSource, 'about' | 'index'>;
    json(response, 200, told[what]);
  }

  /** Answered when the page may not be shown any more; as long as it is asked for, somebody looks. */
  async function tellEnd(page: OpenPage, id: string, response: ServerResponse): Promise<void> {
    page.watching += 1;
    if (page.forget !== null) clearTimeout(page.forget);
    response.once('close', () => {
      page.watching -= 1;
      if (page.watching === 0) forgetLater(id, page);
    });
    const { message } = await page.source.over;
    json(response, 200, { message });
  }

  function forgetLater(id: string, page: OpenPage): void {
    page.forget = setTimeout(() => drop(id), FORGOTTEN);
    page.forget.unref();
  }

  function drop(id: string): void {
    pages.get(id)?.source.close();
    pages.delete(id);
  }
}

function give(response: ServerResponse, found: Outcome<Buffer>): void {
  if (!found.ok) return failedWith(response, found.failure);
  response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(found.value);
}

function failedWith(response: ServerResponse, { message }: Failure): void {
  say(response, 410, message);
}

function send(response: ServerResponse, file: PageFile | undefined): void {
  if (file === undefined) return say(response, 404, 'There is nothing here.');
  response.writeHead(200, { ...HEADERS, 'content-type': file.type }).end(file.body);
}

function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  more: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) return;
  response
    .writeHead(status, { ...HEADERS, 'content-type': 'application/json', ...more })
    .end(JSON.stringify(value));
}

function say(response: ServerResponse, status: number, message: string): void {
  json(response, status, { message });
}
