import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules/node/bin/node');
const oldest = 26;

/**
 * Starts the bundled `program` under the Node that set-up brought, whatever Node was found on PATH.
 * `env` holds defaults that must be there before the first library is loaded (Ink and React look once).
 */
export async function launch(program, env = {}) {
  const file = join(root, 'dist/programs/processes', `${program}.js`);
  if (!existsSync(node) || !existsSync(file)) {
    console.error(`postern: not set up yet. Run "node scripts/setup.mjs" in ${root}, then try again.`);
    process.exit(69);
  }
  for (const [name, value] of Object.entries(env)) process.env[name] ??= value;
  if (Number.parseInt(process.versions.node, 10) >= oldest) return import(file);
  return startAgain();
}

/** An old Node cannot replace itself: it stays as a thin parent that passes signals on and ends as its child ends. */
function startAgain() {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal));
  // A terminal's Ctrl-C and Ctrl-\\ have reached the child already: they go to the whole foreground group.
  for (const signal of ['SIGINT', 'SIGQUIT'])
    process.on(signal, () => process.stdin.isTTY || child.kill(signal));
  child.on('error', (error) => {
    console.error(`postern: cannot start ${node}: ${error.message}`);
    process.exit(71);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
