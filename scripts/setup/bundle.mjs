/**
 * Puts every program of ours into one file with the libraries it uses, beside files for what several of them share: a process
 * that looks for a thousand modules, one by one, spends a second of processor time before its first line runs.
 * Runs on our own Node, after the compiler. All files lie in one folder, so that what names its neighbour by './' finds it,
 * as it does in src; the folder is called `processes`, because credential files are bound to that name.
 */
import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './run.mjs';

const compiled = join(root, 'dist');
const programs = join(compiled, 'programs');
const fresh = `${programs}.new`;

/** Native code, and what is looked for but not there: tried at run time, where they are or are missing. */
const external = ['node-pty', 'cpu-features', 'react-devtools-core', /\.node$/];

/** Ink measures all that it draws, again and again: it takes our word for what is simple. */
const measuring = join(compiled, 'portal/measured-width.js');
const measuredWidth = {
  name: 'measured-width',
  resolveId: (source, importer) =>
    source === 'string-width' && importer !== measuring ? '\0measured-width' : null,
  load: (id) =>
    id === '\0measured-width'
      ? `export { measuredWidth as default } from ${JSON.stringify(measuring)};`
      : null,
};

const processes = readdirSync(join(compiled, 'processes')).filter((name) => name.endsWith('.js'));
const bundle = await rolldown({
  input: Object.fromEntries(
    [
      ...processes.map((name) => `processes/${name}`),
      'session/screen/screen-worker.js',
      'monitor/search/search-worker.js',
    ]
      .map((path) => [basename(path, '.js'), join(compiled, path)])
      .concat([['postern', join(compiled, 'cli/main.js')]]),
  ),
  platform: 'node',
  external,
  plugins: [measuredWidth],
  // what is only declared there, and not used by a program, is not loaded by it
  treeshake: { moduleSideEffects: [{ test: /\/dist\/(contract|domain)\//, sideEffects: false }] },
  // a library in the old module format may ask where it lies
  transform: { define: { 'process.env.NODE_ENV': '"production"', __dirname: 'import.meta.dirname' } },
  onLog(_level, log) {
    throw new Error(log.message);
  },
});
rmSync(fresh, { recursive: true, force: true });
await bundle.write({
  dir: join(fresh, 'processes'),
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
});
// what a browser loads is no program of ours: it goes as it is
cpSync(join(root, 'src/web/page'), join(fresh, 'processes/page'), { recursive: true });
rmSync(programs, { recursive: true, force: true });
renameSync(fresh, programs);
