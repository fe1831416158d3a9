import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownNode } from './libraries.mjs';
import { root, run } from './run.mjs';
import { filesIn, hashOf } from './stamp.mjs';

/** dist/, compiled from src/. */
export const compiled = {
  name: 'compiled code',
  announce: 'compiling src to dist',
  stamp: 'dist/.postern-stamp',
  hash: () => hashOf({ files: ['package-lock.json', 'tsconfig.json', ...filesIn('src')] }),
  applies: () => existsSync(join(root, 'src')),
  made: () => true,
  async make() {
    const sources = filesIn('src', (file) => /\.tsx?$/.test(file));
    removeOrphans(new Set(sources.map((file) => file.slice('src/'.length).replace(/\.tsx?$/, ''))));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await run('compiling src', [ownNode, tsc, '-p', '.'], 'The compiler names the file and line above.');
    copyPages();
  },
};

/** What a browser loads is no program of ours: it goes as it is. */
function copyPages() {
  rmSync(join(root, 'dist/web/page'), { recursive: true, force: true });
  for (const file of filesIn('src/web/page')) {
    const target = join(root, 'dist', file.slice('src/'.length));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, file), target);
  }
}

/** A file whose source is gone would be imported as if it were still there. */
function removeOrphans(sources) {
  for (const file of filesIn('dist', (name) => /\.js(\.map)?$/.test(name))) {
    const name = file.slice('dist/'.length).replace(/\.js(\.map)?$/, '');
    if (!sources.has(name)) rmSync(join(root, file));
  }
}
