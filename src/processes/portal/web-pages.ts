import { randomBytes } from 'node:crypto';
import type { CallArgs, CallResult } from '#/contract/calls.js';
import { socketPath } from '#/contract/sockets.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Terminal } from '#/door/terminal.js';
import type { WebLink } from '#/portal/services.js';
import { createLinks, LINK_LIFE } from '#/web/links.js';
import { openSource } from '#/web/open-source.js';
import { pageFiles } from '#/web/page-files.js';
import type { PageServer } from '#/web/page-server.js';

/** Where the person's own machine listens, and the only place that his ssh may forward it to. */
const LOCAL_PORT = 8722;
export const PAGE_HOST = 'web';
const FORWARD = `-L ${LOCAL_PORT}:${PAGE_HOST}:80`;

export interface WebPagesOptions {
  readonly run: string;
  readonly terminal: Pick<Terminal, 'offerPages' | 'cameTo' | 'user'>;
  /** For the person who is logged in. */
  readonly ask: (
    call: 'person.replay',
    args: Omit<CallArgs<'person.replay'>, 'ticket'>,
  ) => Promise<Outcome<CallResult<'person.replay'>>>;
}

export interface WebPages {
  link(recordingId: string): Promise<Outcome<WebLink>>;
  /** Nobody is logged in any more: nothing that was opened is shown on. */
  close(): void;
}

/** Pages of one person, for a browser that comes through his own ssh connection and no other way. */
export function webPages({ run, terminal, ask }: WebPagesOptions): WebPages {
  const links = createLinks({ now: Date.now, random: randomBytes });
  let server: PageServer | null = null;
  const start = async (): Promise<PageServer> => {
    // few people ask for a page, and every portal would load an HTTP server for them
    const { createPageServer } = await import('#/web/page-server.js');
    return createPageServer({
      files: await pageFiles(),
      random: randomBytes,
      async open(token) {
        const recordingId = links.take(token);
        if (recordingId === null)
          return failed(failure('WATCHING_ENDED', 'the link was used, or is too old'));
        const permit = await ask('person.replay', { recordingId });
        return permit.ok ? await openSource(socketPath(run, 'monitor'), permit.value.permit) : permit;
      },
    });
  };
  return {
    async link(recordingId) {
      if (terminal.offerPages === null) return failed(failure('NO_PAGES_HERE'));
      if (server === null) {
        const started = await start();
        server = started;
        terminal.offerPages((stream) => started.accept(stream));
      }
      return done({
        url: `http://127.0.0.1:${LOCAL_PORT}/#${links.issue(recordingId)}`,
        forward: FORWARD,
        connect: connectLine(terminal),
        minutes: LINK_LIFE / 60_000,
      });
    },
    close() {
      server?.close();
      server = null;
      terminal.offerPages?.(null);
    },
  };
}

/** The line to connect with as he did, as far as it is known here and stands in a shell as it is. */
function connectLine({ cameTo, user }: WebPagesOptions['terminal']): string {
  const who = /^[\w.%+-]+$/.test(user) ? `${user}@` : '';
  if (cameTo === null) return `ssh ${FORWARD} …`;
  const port = cameTo.port === SSH_PORT ? '' : ` -p ${cameTo.port}`;
  return `ssh ${FORWARD}${port} ${who}${cameTo.host}`;
}

const SSH_PORT = 22;
