import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outerNode, outerPath, root, run, StepFailed } from './run.mjs';
import { hashOf } from './stamp.mjs';

const network = 'Check that this machine reaches its npm registry, then run the same command again.';
const compiler =
  'node-pty is compiled here: it needs make, g++ and python3. Then run the same command again.';

/** node_modules, with the Node that everything runs on and node-pty compiled for that Node, not for the one around us. */
export const libraries = {
  name: 'libraries',
  announce:
    'installing the libraries and Node from the npm registry, compiling node-pty (half a minute or so)',
  stamp: 'node_modules/.postern-stamp',
  hash: () =>
    hashOf({ files: ['package-lock.json'], texts: [dependencies(), process.platform, process.arch] }),
  applies: () => true,
  made: () => existsSync(ownNode) && existsSync(join(root, 'node_modules/node-pty/build/Release/pty.node')),
  /** After `npm install` of one more library by hand, all is there: no reason to begin again. */
  async inStep() {
    return existsSync(join(root, this.stamp)) && this.made() && (await matchesLock());
  },
  async make() {
    // Install scripts are skipped: ssh2's addon and cpu-features would be compiled for nothing.
    // --include=dev, because NODE_ENV=production would leave out the compiler.
    await npm('installing the libraries', ['ci', '--ignore-scripts', '--include=dev'], network);
    await npm('fetching Node', ['rebuild', '--ignore-scripts=false', 'node'], network);
    await npm('compiling node-pty', ['rebuild', '--ignore-scripts=false', 'node-pty'], compiler, {
      ...headers(),
      JOBS: 'max',
    });
    await run('loading node-pty', loadsPty, compiler);
  },
};

/** The Node that Postern runs on. */
export const ownNode = join(root, 'node_modules/node/bin/node');

const loadsPty = [ownNode, '-e', 'require("node-pty")'];

/** npm writes down what it installed when it is done; so a half-finished node_modules never matches. */
async function matchesLock() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  const same = ([path, { version, optional }]) =>
    path === '' || installed[path]?.version === version || (optional && installed[path] === undefined);
  if (!Object.entries(wanted).every(same)) return false;
  return run('loading node-pty', loadsPty, compiler).then(
    () => true,
    () => false,
  );
}

function packagesOf(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

/** Only what decides about node_modules: an edited script must not cost a new installation. */
function dependencies() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return JSON.stringify([manifest.dependencies, manifest.devDependencies, manifest.overrides]);
}

/** The npm that runs us, under the Node that runs it; or the one on PATH. */
async function npm(step, args, next, env = {}) {
  const path = process.env.npm_execpath;
  const command = path ? [outerNode(), path] : ['npm'];
  await run(step, [...command, ...args, '--loglevel=error'], next, { env: { PATH: outerPath(), ...env } });
}

/**
 * node-gyp would download headers from nodejs.org. Ours come with the binary, in a package named by platform and
 * architecture. Both spellings: the first is the lasting one, the second is for a node-gyp before 11.
 */
function headers() {
  const folders = ['node_modules/node/node_modules', 'node_modules'].map((folder) => join(root, folder));
  for (const folder of folders.filter((path) => existsSync(path))) {
    for (const name of readdirSync(folder).filter((entry) => entry.startsWith('node-'))) {
      const candidate = join(folder, name);
      if (!existsSync(join(candidate, 'include/node/node_version.h'))) continue;
      return { npm_package_config_node_gyp_nodedir: candidate, npm_config_nodedir: candidate };
    }
  }
  throw new StepFailed('looking for the headers of Node', `There are none under ${folders[0]}.`, network);
}
