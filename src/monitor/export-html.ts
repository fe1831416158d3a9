import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { oneLine } from '#/domain/failure.js';
import { exportCast } from './export-cast.js';
import type { TapeReader } from './tape-reader.js';

/** Reads the recording out of the page and plays it. */
const START = `
const cast = document.getElementById('cast').textContent;
AsciinemaPlayer.create({ data: JSON.parse(cast) }, document.getElementById('player'), { fit: 'both', idleTimeLimit: 2, preload: true });
`;

/** One file that plays the tape in a browser, in parts. It asks no server for anything, and is not allowed to. */
export async function* exportHtml(reader: TapeReader, unfinished = false): AsyncGenerator<string> {
  const [player, style] = await Promise.all([
    bundled('asciinema-player.min.js'),
    bundled('asciinema-player.css'),
  ]);
  const styles = `${style}\nbody { margin: 0; background: #121314; } #player { height: 100vh; }`;
  const title = escaped(
    oneLine(
      `${reader.header.user} as ${reader.header.account}, ${new Date(reader.header.startedAt).toISOString()}`,
    ),
  );
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy([player, START], styles)}">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${styles}</style>
</head>
<body>
<div id="player"></div>
<script type="application/json" id="cast">"`;
  for await (const part of exportCast(reader, 3, unfinished)) yield insideJsonString(part);
  yield `"</script>
<script>${player}</script>
<script>${START}</script>
</body>
</html>
`;
}

/** Scripts and styles count that we put there, and nothing is loaded. The player's terminal is WebAssembly. */
function policy(scripts: readonly string[], styles: string): string {
  const hash = (text: string): string =>
    `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
  return `default-src 'none'; script-src ${scripts.map(hash).join(' ')} 'wasm-unsafe-eval'; style-src ${hash(styles)}; font-src data:; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** No part of the recording can end the element that it stands in. */
function insideJsonString(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

async function bundled(name: string): Promise<string> {
  const path = createRequire(import.meta.url).resolve(`asciinema-player/dist/bundle/${name}`);
  return (await readFile(path, 'utf8')).replaceAll('</script', '<\\/script');
}
