import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { filesIn, hashOf } from './stamp.mjs';

const isSource = (file) => /\.(c|h|mk)$|\/Makefile$/.test(file) && !file.startsWith('native/build/');
/** The programs around a session that cannot be written in JavaScript; native/Makefile knows how. */
export const native = {
  name: 'native programs',
  announce: 'compiling the native programs',
  stamp: 'native/build/.postern-stamp',
  hash: () => hashOf({ files: filesIn('native', isSource), texts: [process.arch] }),
  applies: () => existsSync(join(root, 'native/Makefile')),
  made: () => true,
  async make() {
    await run(
      'compiling native/',
      ['make', '-C', 'native'],
      'The message above comes from the C compiler; make and gcc are needed.',
    );
  },
};
