import { createServer, type Server, Socket } from 'node:net';
import { CHANNEL, openChannel } from '#/contract/channel.js';
import type { ChildSettings, FromChild, Order, OrderResult, ToChild } from '#/contract/orders.js';

/** A running conductor: what to do when the supervisor says drain, or is gone. */
export interface Conductor {
  /** Resolves when it can do its work; only then it says that it is ready. Absent: at once. */
  readonly serving?: Promise<void>;
  drain(): Promise<void>;
}

/** What a conductor gets from the supervisor, beside its settings. */
export interface Supervisor {
  /** Opens the inherited listening descriptor of that name. Throws when it was not handed down. */
  listen(name: string, onConnection: (socket: Socket) => void): Server;
  /** The vault's orders; nobody else's are obeyed. Never rejects. */
  order(order: Order): Promise<OrderResult>;
}

const ORDER_TIMEOUT = 20_000;

/**
 * The main of every child of the supervisor. Ignores TERM and INT, because Ctrl-C reaches every process at once, before
 * any drain: only the supervisor's channel is obeyed, and its closing means drain. Exits 0 after a drain.
 */
export function runChild(
  start: (settings: ChildSettings, supervisor: Supervisor) => Promise<Conductor>,
): void {
  process.on('SIGTERM', () => undefined);
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  // our log goes to the supervisor: when it was killed, a log line must not end us in the middle of a drain
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const orders = new Map<number, (result: OrderResult) => void>();
  let nextOrder = 1;
  let settings: ChildSettings | null = null;
  let conductor: Promise<Conductor> | null = null;
  let draining = false;

  const drain = (): void => {
    if (draining) return;
    draining = true;
    void (conductor ?? Promise.resolve(null))
      .then((running) => running?.drain())
      .catch((error: unknown) => logLine('drain failed', error))
      .finally(() => process.exit(0));
  };
  const channel = openChannel<FromChild>(new Socket({ fd: CHANNEL, readable: true, writable: true }), {
    hear: (message) => hear(message as ToChild),
    broken: (why) => logLine(`the supervisor ${why}`),
    closed: drain,
  });
  const supervisor: Supervisor = {
    listen(name, onConnection) {
      const found = settings?.listening.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no listening descriptor named ${name}`);
      const server = createServer({ allowHalfOpen: false }, onConnection);
      server.on('error', (error) => logLine(`listener ${name}`, error));
      server.listen({ fd: found.fd });
      return server;
    },
    order(order) {
      if (!channel.open) return Promise.resolve({ kind: 'failed', detail: 'the supervisor is gone' });
      const id = nextOrder;
      nextOrder += 1;
      const { promise, resolve } = Promise.withResolvers<OrderResult>();
      const timer = setTimeout(
        () => settle({ kind: 'failed', detail: 'the supervisor does not answer' }),
        ORDER_TIMEOUT,
      );
      const settle = (result: OrderResult): void => {
        clearTimeout(timer);
        orders.delete(id);
        resolve(result);
      };
      orders.set(id, settle);
      channel.send({ type: 'order', id, order });
      return promise;
    },
  };

  function hear(message: ToChild): void {
    switch (message.type) {
      case 'start':
        settings = message.settings;
        conductor = start(settings, supervisor);
        conductor
          .then((running) => running.serving)
          .then(
            () => channel.send({ type: 'ready' }),
            (error: unknown) => {
              logLine('cannot start', error);
              process.exit(1);
            },
          );
        break;
      case 'ping':
        channel.send({ type: 'pong', n: message.n });
        break;
      case 'drain':
        drain();
        break;
      case 'done':
        orders.get(message.id)?.(message.result);
        break;
      default:
        logLine('unknown message from the supervisor', message satisfies never);
    }
  }
}

/** One JSON line on stderr, which the supervisor passes on to the log. Never a secret: errors print their message and stack. */
export function logLine(what: string, about?: unknown): void {
  const detail =
    about instanceof Error
      ? { error: about.message, stack: about.stack }
      : about === undefined
        ? {}
        : { about };
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), what, ...detail })}\n`);
}
