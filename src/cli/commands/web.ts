import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Command } from 'commander';
import { socketPath } from '#/contract/sockets.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { createLinks } from '#/web/links.js';
import { openSource } from '#/web/open-source.js';
import { pageFiles } from '#/web/page-files.js';
import type { AdminLink } from '../admin-link.js';
import { leaf } from '../leaf.js';
import { printJson, printLine } from '../output.js';

/** Shows a recording in a browser on this machine, or through ssh -L. People without the console press Ctrl-W instead. */
export function webCommand(program: Command): void {
  leaf<{ readonly port?: string }>(
    program
      .command('web <recording>')
      .description(
        'show a recording in a browser, at 127.0.0.1 and with a link that is good once; Ctrl-C ends it',
      )
      .option('--port <port>', 'where to listen; otherwise a free one'),
    async ({ admin, json }, { port }, recordingId = '') => {
      const shown = await admin.ask('admin.recordings.show', { recordingId });
      return shown.ok ? await serve(admin, recordingId, json, port ?? '0') : shown;
    },
  );
}

async function serve(
  admin: AdminLink,
  recordingId: string,
  json: boolean,
  wanted: string,
): Promise<Outcome<unknown>> {
  if (!/^\d{1,5}$/.test(wanted)) return failed(failure('BAD_INPUT', `"${wanted}" is no port`));
  const links = createLinks({ now: Date.now, random: randomBytes });
  // an HTTP server, which no other command needs
  const { createPageServer } = await import('#/web/page-server.js');
  const pages = createPageServer({
    files: await pageFiles(),
    random: randomBytes,
    async open(token) {
      const id = links.take(token);
      if (id === null) return failed(failure('WATCHING_ENDED', 'the link was used, or is too old'));
      const permit = await admin.ask('admin.recordings.replay', { recordingId: id, purpose: 'play' });
      return permit.ok
        ? await openSource(socketPath(admin.run, 'monitor-admin'), permit.value.permit)
        : permit;
    },
  });
  const server = createServer((socket) => pages.accept(socket));
  try {
    server.listen(Number(wanted), '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    return failed(failure('BAD_INPUT', error instanceof Error ? error.message : `port ${wanted}`));
  }
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/#${links.issue(recordingId)}`;
  if (json) printJson({ url, port });
  else {
    printLine(url);
    printLine(`from another machine first: ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE; Ctrl-C ends it`);
  }
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  pages.close();
  server.close();
  return done(null);
}
