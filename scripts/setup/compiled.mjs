import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ownNode } from './libraries.mjs';
import { root, run } from './run.mjs';
import { filesIn, hashOf } from './stamp.mjs';

/** dist/, compiled from src/, and in dist/programs what runs: each program in one file with its libraries. */
export const compiled = {
  name: 'compiled code',
  announce: 'compiling src to dist',
  stamp: 'dist/.postern-stamp',
  hash: () =>
    hashOf({ files: ['package-lock.json', 'tsconfig.json', 'scripts/setup/bundle.mjs', ...filesIn('src')] }),
  applies: () => existsSync(join(root, 'src')),
  made: () => existsSync(join(root, 'dist/programs')),
  async make() {
    const sources = filesIn('src', (file) => /\.tsx?$/.test(file));
    removeOrphans(new Set(sources.map((file) => file.slice('src/'.length).replace(/\.tsx?$/, ''))));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await run('compiling src', [ownNode, tsc, '-p', '.'], 'The compiler names the file and line above.');
    const bundle = join(root, 'scripts/setup/bundle.mjs');
    await run('bundling dist', [ownNode, bundle], 'The bundler names the file above.');
  },
};

/** A file whose source is gone would be imported as if it were still there. */
function removeOrphans(sources) {
  for (const file of filesIn('dist', (name) => /^dist\/(?!programs).*\.js(\.map)?$/.test(name))) {
    const name = file.slice('dist/'.length).replace(/\.js(\.map)?$/, '');
    if (!sources.has(name)) rmSync(join(root, file));
  }
}
