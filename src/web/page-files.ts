import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

/** What a browser loads, and nothing from anywhere else. Plain files: they run there, not here. */
const PAGES = join(import.meta.dirname, 'page');

/** By path; `open` and `replay` are the two pages. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const own = (name: string, type: string) => file(join(PAGES, name), type);
  const player = (name: string, type: string) =>
    file(createRequire(import.meta.url).resolve(`asciinema-player/dist/bundle/${name}`), type);
  return new Map(
    await Promise.all([
      entry('open', own('open.html', HTML)),
      entry('replay', own('replay.html', HTML)),
      entry('/open.js', own('open.js', SCRIPT)),
      entry('/replay.js', own('replay.js', SCRIPT)),
      entry('/page.css', own('page.css', STYLE)),
      entry('/player.js', player('asciinema-player.min.js', SCRIPT)),
      entry('/player.css', player('asciinema-player.css', STYLE)),
    ]),
  );
}

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

async function entry(path: string, found: Promise<PageFile>): Promise<readonly [string, PageFile]> {
  return [path, await found];
}

async function file(path: string, type: string): Promise<PageFile> {
  return { type, body: await readFile(path) };
}
