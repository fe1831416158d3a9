import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A headless Chromium with one page, spoken to by its own protocol. */
export interface Browser {
  /** Every address that the page asked for. */
  readonly requests: readonly string[];
  /** What the page's console, its exceptions and its policy complained about. */
  readonly complaints: readonly string[];
  go(url: string): Promise<void>;
  /** The value of an expression, promises waited for. */
  eval<T>(expression: string): Promise<T>;
  /** Waits until an expression is true. */
  sees(expression: string, seconds?: number): Promise<void>;
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

export async function startBrowser(): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  const child = spawn(
    CHROMIUM ?? 'chromium',
    [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0'],
      ...['--disable-background-networking', '--disable-component-update', '--no-first-run'],
      ...[`--user-data-dir=${folder}`, '--window-size=1280,800', 'about:blank'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
      const found = /DevTools listening on ws:\/\/([^/]+)\//.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`chromium ended: ${said}`)));
  });
  const targets = (await (await fetch(`http://${address}/json/list`)).json()) as {
    readonly type: string;
    readonly webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ type }) => type === 'page');
  if (target === undefined) throw new Error('chromium has no page');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const waiting = new Map<number, (message: Message) => void>();
  const requests: string[] = [];
  const complaints: string[] = [];
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else if (message.method === 'Network.requestWillBeSent')
      requests.push((message.params as { readonly request: { readonly url: string } }).request.url);
    else if (message.method === 'Runtime.exceptionThrown' || message.method === 'Log.entryAdded')
      complaints.push(JSON.stringify(message.params));
  });
  let last = 0;
  const ask = async (method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> => {
    const id = ++last;
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  };
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await ask(`${domain}.enable`);
  const browser: Browser = {
    requests,
    complaints,
    async go(url) {
      await ask('Page.navigate', { url });
    },
    async eval<T>(expression: string) {
      const { result, exceptionDetails } = (await ask('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      })) as { readonly result?: { readonly value: T }; readonly exceptionDetails?: unknown };
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return result?.value as T;
    },
    async sees(expression, seconds = 15) {
      for (const end = Date.now() + seconds * 1000; ; ) {
        if (await browser.eval<boolean>(`Boolean(${expression})`).catch(() => false)) return;
        if (Date.now() > end) {
          const text = await browser.eval<string>('document.body.innerText').catch(() => '');
          throw new Error(`waited for ${expression}; ${complaints.join('\n')}\n${text.slice(0, 2000)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async screenshot(path) {
      const { data } = (await ask('Page.captureScreenshot', { format: 'png' })) as { readonly data: string };
      writeFileSync(path, Buffer.from(data, 'base64'));
    },
    async close() {
      socket.close();
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return browser;
}
