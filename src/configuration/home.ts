import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The top of the clone or installation that this program runs from: the next directory above with a package.json. */
export function installation(): string {
  let top = import.meta.dirname;
  while (!existsSync(join(top, 'package.json')) && dirname(top) !== top) top = dirname(top);
  return top;
}

/** A program as set-up bundled it, e.g. 'vault', in the installation at `root`. */
export function programFile(name: string, root = installation()): string {
  return join(root, 'dist/programs/processes', `${name}.js`);
}

/** Where state lives: --home, POSTERN_HOME, .postern in a clone, /var/lib/postern when installed. */
export function homePath(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  root = installation(),
): string {
  const named = given ?? env['POSTERN_HOME'];
  if (named !== undefined && named !== '') return resolve(named);
  return isInstalled(root) ? '/var/lib/postern' : join(root, '.postern');
}

/** Where recordings land unless the configuration or POSTERN_RECORDINGS says otherwise. */
export function defaultRecordings(home: string, root = installation()): string {
  return isInstalled(root) ? join(home, 'recordings') : join(root, 'recordings');
}

/** A clone keeps its state beside its code; what a package manager put there is no place to write. */
function isInstalled(root: string): boolean {
  return !existsSync(join(root, '.git')) && /^\/(usr|opt)\/|\/node_modules(\/|$)/.test(root);
}
