import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { exportCast } from '#/monitor/export-cast.js';
import { exportHtml } from '#/monitor/export-html.js';
import { exportText } from '#/monitor/export-text.js';
import type { TapeReader } from '#/monitor/tape-reader.js';
import type { CastVersion } from '#/recorder/asciicast.js';
import { decodeCastEvent, decodeCastHeader } from '#/recorder/asciicast.js';
import { type Happening, output, readerOf, recorded } from './recorded.js';

const happenings: readonly Happening[] = [
  output(0, '$ '),
  { at: 300, kind: 'input', bytes: Buffer.from('ls\r') },
  output(310, 'ls\r\n'),
  'written',
  'keyframe',
  output(400, '\x1b[31mred\x1b[0m 漢字 </script><!-- '),
  output(401, Buffer.from([0xff, 0xfe])),
  output(402, Buffer.from('€').subarray(0, 1)),
  'written',
  output(900, Buffer.from('€').subarray(1)),
  { at: 1000, kind: 'resize', columns: 100, rows: 30 },
  { at: 1200, kind: 'marker', label: 'here' },
  { at: 1300, kind: 'activity', activity: { kind: 'message', protocol: 'scp', text: 'no\nsuch file' } },
  'written',
  output(1500, 'bye\r\n'),
  { at: 1600, kind: 'exit', status: 3 },
];

const seen = '$ ls\r\n\x1b[31mred\x1b[0m 漢字 </script><!-- \uFFFD\uFFFD€bye\r\n';

async function exported(
  events: readonly Happening[],
  format: (reader: TapeReader) => AsyncGenerator<string>,
): Promise<string> {
  using tape = await recorded(events);
  const reader = await readerOf(tape);
  const text = await joined(format(reader));
  await reader.close();
  return text;
}

async function joined(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

describe('an asciicast export', () => {
  test.each<CastVersion>([2, 3])(
    'of version %i has everything that the version knows, at its time',
    async (version) => {
      const [header = '', ...lines] = (await exported(happenings, (reader) => exportCast(reader, version)))
        .trimEnd()
        .split('\n');
      expect(decodeCastHeader(header)).toMatchObject({
        version,
        header: { columns: 80, rows: 24, term: 'xterm-256color', startedAt: 1_700_000_000_000 },
      });
      let previous = 0;
      const events = lines.map((line) => {
        const event = decodeCastEvent(version, line, previous);
        previous = event?.at ?? previous;
        return event;
      });
      expect(events.map((one) => (one?.code === 'o' ? one.data : '')).join('')).toBe(seen);
      expect(events.filter((one) => one?.code !== 'o')).toEqual([
        { at: 300, code: 'i', data: 'ls\r' },
        { at: 1000, code: 'r', data: '100x30' },
        { at: 1200, code: 'm', data: 'here' },
        { at: 1300, code: 'm', data: 'scp says: no·such file' },
        ...(version === 3 ? [{ at: 1600, code: 'x', data: '3' }] : []),
      ]);
      expect(events.find((one) => one?.data.includes('bye') === true)?.at).toBe(1500);
    },
  );

  test('of version 2 is played by the asciinema command', async () => {
    using tape = await recorded(happenings);
    const reader = await readerOf(tape);
    const path = `${tape.directory}/export.cast`;
    writeFileSync(path, await joined(exportCast(reader, 2)));
    await reader.close();
    // it wants a terminal, which it makes raw
    const played = spawnSync('script', ['-qec', `asciinema cat '${path}'`, '/dev/null'], {
      encoding: 'utf8',
      env: { ...process.env, HOME: tape.directory, LANG: 'C.UTF-8' },
    });
    expect(played.stderr).toBe('');
    expect(played.stdout).toBe(seen);
  });
});

describe('an HTML export', () => {
  test('is one file that loads nothing, and whose scripts are the only ones allowed', async () => {
    const html = await exported(happenings, exportHtml);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
    expect(scripts).toHaveLength(2);
    for (const text of scripts)
      expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    const markup = html
      .replace(/<script[^>]*>[\s\S]*?<\/script>/g, '')
      .replace(/<style>[\s\S]*?<\/style>/g, '');
    expect(markup).not.toMatch(/\b(src|href|url)\s*=|https?:/);
    expect(html.match(/<style>([\s\S]*?)<\/style>/)?.[1]?.replace(/\/\*[\s\S]*?\*\//g, '')).not.toMatch(
      /@import|https?:/,
    );
  });

  test('holds the recording, which cannot break out of its place, and the player reads it', async () => {
    const html = await exported(happenings, exportHtml);
    const held = /<script type="application\/json" id="cast">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    expect(held).not.toContain('<');
    const cast = JSON.parse(held) as string;
    expect(cast).toBe(
      await exported(happenings, (reader) => exportCast(reader, 3)).then((text) =>
        withSameHeader(text, cast),
      ),
    );
    const { cols, rows, events } = await playersParser()(new Response(cast));
    expect({ cols, rows }).toEqual({ cols: 80, rows: 24 });
    expect(
      [...events]
        .filter(([, code]) => code === 'o')
        .map(([, , data]) => data)
        .join(''),
    ).toBe(seen);
  });
});

/** Exports of two tapes differ in nothing but what is in the header. */
function withSameHeader(text: string, like: string): string {
  return `${like.slice(0, like.indexOf('\n'))}${text.slice(text.indexOf('\n'))}`;
}

type Parser = (data: Response) => Promise<{
  readonly cols: number;
  readonly rows: number;
  readonly events: Iterable<readonly [number, string, string]>;
}>;

/** A page that has everything and does nothing: reading a recording needs none of it, loading the bundle does. */
const page: unknown = new Proxy(() => page, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => '' : page),
  has: () => true,
});

/** The function of asciinema-player that reads a recording, taken out of its readable bundle. */
function playersParser(): Parser {
  const source = readFileSync(
    join(import.meta.dirname, '../../node_modules/asciinema-player/dist/bundle/asciinema-player.js'),
    'utf8',
  );
  const name = /\["asciicast", (\S+?)\]/.exec(source)?.[1] ?? '';
  const context = vm.createContext({
    Response,
    TextDecoder,
    TextEncoder,
    console,
    URL,
    navigator: page,
    document: page,
    window: page,
  });
  vm.runInContext(
    source.replace(
      `async function ${name}(data)`,
      (found) => `globalThis.castParser = (data) => ${name}(data);\n${found}`,
    ),
    context,
  );
  return (context as unknown as { readonly castParser: Parser }).castParser;
}

describe('a text export', () => {
  test('has the lines in the order in which they were read', async () => {
    const lines = Array.from({ length: 300 }, (_, n) => output(n, `line ${n}\r\n`));
    expect(await exported(lines, exportText)).toBe(
      `${Array.from({ length: 300 }, (_, n) => `line ${n}`).join('\n')}\n`,
    );
  });

  test('has what was overwritten on a line once, and wrapped lines whole', async () => {
    const long = 'word '.repeat(60).trimEnd();
    expect(await exported([output(0, `10%\r50%\r100%\r\n${long}\r\nend`)], exportText)).toBe(
      `100%\n${long}\nend\n`,
    );
  });

  test('keeps what was cleared', async () => {
    expect(await exported([output(0, 'first\r\n'), output(10, '\x1b[H\x1b[2Jsecond\r\n')], exportText)).toBe(
      'first\nsecond\n',
    );
  });

  test('has the pictures of a full-screen program that stood long enough to be read', async () => {
    const text = await exported(
      [
        output(0, 'before\r\n'),
        output(10, '\x1b[?1049h\x1b[Hpage one'),
        output(5000, '\x1b[Hpage two'),
        output(9000, '\x1b[?1049lafter\r\n'),
      ],
      exportText,
    );
    expect(text).toBe('page one\npage two\nbefore\nafter\n');
  });

  test('has no control characters', async () => {
    const text = await exported(
      [output(0, 'a\u202Eb\x1b]0;t\x07c\u200Bd\r\n'), output(1, Buffer.from([0x9b, 0x41]))],
      exportText,
    );
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('abcd');
  });
});
