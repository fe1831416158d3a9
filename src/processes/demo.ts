import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoFile } from '#/demo/demo-files.js';
import { demoServer } from '#/demo/demo-server.js';
import { furnish } from '#/demo/welcome.js';
import { logLine, runChild } from './shared/child.js';

const HOME = '/home/demo';

/** The demo target: a machine of its own, in a box without a network, that somebody can be connected to at once. */
runChild(async ({ paths }, supervisor) => {
  const account = JSON.parse(readFileSync(join(paths.home, 'demo.json'), 'utf8')) as DemoFile;
  const hostKey = readFileSync(join(paths.home, 'ssh_host_ed25519_key'));
  furnish(HOME);
  const server = demoServer({
    hostKey,
    account,
    shell: { home: HOME, user: account.user },
    onError: (error) => logLine('connection', error),
  });
  supervisor.listen('demo', (socket) => server.accept(socket));
  return { drain: async () => server.close() };
});
