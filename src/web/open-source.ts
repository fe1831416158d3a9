import { connect, type Socket } from 'node:net';
import { encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { FromMonitor, PageQuestion, ToMonitor } from '#/contract/replay-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { PageSource } from './page-source.js';

type Opened = Extract<FromMonitor, { type: 'page' }>;

/** The monitor remembers twice as many. */
const MOST_WAITING = 32;

/** Opens a recording at the monitor, over its socket, against a permit. */
export async function openSource(path: string, permit: string): Promise<Outcome<PageSource>> {
  const link = new Link(connect(path));
  link.say({ type: 'page', permit });
  const opened = await link.opened;
  if (!opened.ok) return opened;
  const { index, about } = opened.value;
  return done({
    index,
    about,
    now: () => link.ask({ type: 'page-index' }),
    news: (from) => link.ask({ type: 'page-news', from }),
    segment: (number) => link.ask({ type: 'page-segment', number }),
    transcript: () => link.ask({ type: 'page-transcript' }),
    over: link.over,
    close: () => link.close(),
  });
}

/** Answers come in the order of the questions. */
class Link {
  readonly opened: Promise<Outcome<Opened>>;
  readonly over: Promise<Failure>;
  readonly #socket: Socket;
  readonly #waiting: ((answer: Outcome<Buffer>) => void)[] = [];
  #parts: Buffer[] = [];
  #open: (opened: Outcome<Opened>) => void;
  #end: (why: Failure) => void;
  #ended: Failure | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    const opened = Promise.withResolvers<Outcome<Opened>>();
    const over = Promise.withResolvers<Failure>();
    [this.opened, this.#open] = [opened.promise, opened.resolve];
    [this.over, this.#end] = [over.promise, over.resolve];
    const decoder = new FrameDecoder();
    socket.on('error', (error) => this.#fail(failure('MONITOR_UNAVAILABLE', error.message)));
    socket.on('close', () => this.#fail(failure('MONITOR_UNAVAILABLE', 'it closed the connection')));
    socket.on('data', (bytes: Buffer) => {
      try {
        for (const frame of decoder.push(bytes)) {
          if (frame.kind === FRAME.data) this.#parts.push(frame.payload);
          else this.#hear(JSON.parse(frame.payload.toString('utf8')) as FromMonitor);
        }
      } catch {
        this.#fail(failure('PROTOCOL', 'the monitor said what is no message'));
      }
    });
  }

  say(message: ToMonitor): void {
    this.#socket.write(encodeJson(message));
  }

  ask(question: PageQuestion): Promise<Outcome<Buffer>> {
    if (this.#ended !== null) return Promise.resolve(failed(this.#ended));
    if (this.#waiting.length >= MOST_WAITING)
      return Promise.resolve(failed(failure('VIEWERS_LIMIT', 'the page asks for too much at once.')));
    this.say(question);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#fail(failure('WATCHING_ENDED', 'the page was closed'));
  }

  #hear(message: FromMonitor): void {
    if (message.type === 'page') this.#open(done(message));
    else if (message.type === 'failed') this.#fail(message.failure);
    else if (message.type === 'done') {
      this.#waiting.shift()?.(done(Buffer.concat(this.#parts)));
      this.#parts = [];
    }
  }

  #fail(why: Failure): void {
    if (this.#ended !== null) return;
    this.#ended = why;
    this.#open(failed(why));
    this.#end(why);
    for (const resolve of this.#waiting.splice(0)) resolve(failed(why));
    this.#socket.destroy();
  }
}
