import type { Duplex } from 'node:stream';
import type { Failure } from '#/domain/failure.js';
import { failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import { failed } from '#/domain/outcome.js';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from './frame.js';

/** Both sides say it first; a peer of another version is refused. */
export const PROTOCOL_VERSION = 1;

/** What a call carries and what comes back: JSON, and beside it bytes that never become a string (secrets, file parts). */
export interface Parcel {
  readonly value: unknown;
  readonly blob?: Buffer | undefined;
}

export type Handler = (call: string, args: unknown, blob: Buffer | undefined) => Promise<Outcome<Parcel>>;

type Message =
  | { readonly hello: number }
  | { readonly id: number; readonly call: string; readonly args: unknown; readonly blob: boolean }
  | { readonly id: number; readonly value: unknown; readonly blob: boolean }
  | { readonly id: number; readonly failure: Failure };

export interface RpcOptions {
  readonly handle?: Handler;
  /** Milliseconds to wait for an answer; default 30 000. */
  readonly timeout?: number;
  /** Calls of the other side under way at once; more wait unread. Default 256. */
  readonly concurrency?: number;
  readonly onClose?: (why: string) => void;
}

/**
 * One end of a connection between two of our processes. Both ends may call. Every outcome is a value: a lost
 * connection, a timeout and a broken peer come back as VAULT_UNAVAILABLE or PROTOCOL, never as an exception.
 */
export class RpcPeer {
  readonly #stream: Duplex;
  readonly #options: RpcOptions;
  readonly #decoder = new FrameDecoder();
  readonly #waiting = new Map<number, (outcome: Outcome<Parcel>) => void>();
  #nextId = 1;
  #running = 0;
  /** Calls that came in one piece with others, and wait for them. */
  readonly #queue: (() => void)[] = [];
  #closed: string | null = null;
  #greeted = false;
  /** The JSON message whose blob comes in the next frame. */
  #blobFor: Message | null = null;

  constructor(stream: Duplex, options: RpcOptions = {}) {
    this.#stream = stream;
    this.#options = options;
    stream.on('data', (bytes: Buffer) => this.#take(bytes));
    stream.on('error', (error) => this.close(error.message));
    stream.on('close', () => this.close('connection closed'));
    stream.write(encodeJson({ hello: PROTOCOL_VERSION }));
  }

  get closed(): string | null {
    return this.#closed;
  }

  call(
    call: string,
    args: unknown,
    blob?: Buffer,
    timeout = this.#options.timeout ?? 30_000,
  ): Promise<Outcome<Parcel>> {
    if (this.#closed !== null) return Promise.resolve(failed(failure('VAULT_UNAVAILABLE', this.#closed)));
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve } = Promise.withResolvers<Outcome<Parcel>>();
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      resolve(failed(failure('VAULT_UNAVAILABLE', `no answer to ${call} within ${timeout / 1000} s`)));
    }, timeout);
    this.#waiting.set(id, (outcome) => {
      clearTimeout(timer);
      this.#waiting.delete(id);
      resolve(outcome);
    });
    try {
      this.#send({ id, call, args, blob: blob !== undefined }, blob);
    } catch (error) {
      this.#waiting.get(id)?.(
        failed(failure('BAD_INPUT', `${call}: ${error instanceof Error ? error.message : 'unknown'}`)),
      );
    }
    return promise;
  }

  close(why: string): void {
    if (this.#closed !== null) return;
    this.#closed = why;
    this.#stream.destroy();
    for (const settle of [...this.#waiting.values()]) settle(failed(failure('VAULT_UNAVAILABLE', why)));
    this.#options.onClose?.(why);
  }

  #send(message: Message, blob: Buffer | undefined): void {
    if (this.#closed !== null) return;
    // both are encoded before either is written: a blob that is too large must not leave half a message behind
    const frames =
      blob === undefined ? [encodeJson(message)] : [encodeJson(message), encodeFrame(FRAME.blob, blob)];
    for (const frame of frames) this.#stream.write(frame);
  }

  #take(bytes: Buffer): void {
    try {
      for (const frame of this.#decoder.push(bytes)) {
        if (frame.kind === FRAME.blob) {
          const message = this.#blobFor;
          if (message === null) throw new Error('blob without a message');
          this.#blobFor = null;
          this.#dispatch(message, frame.payload);
          continue;
        }
        const message = JSON.parse(frame.payload.toString('utf8')) as Message;
        if ('blob' in message && message.blob) this.#blobFor = message;
        else this.#dispatch(message, undefined);
      }
    } catch (error) {
      this.close(error instanceof Error ? error.message : 'broken frame');
    }
  }

  #dispatch(message: Message, blob: Buffer | undefined): void {
    if ('hello' in message) {
      if (message.hello !== PROTOCOL_VERSION)
        this.close(`peer speaks version ${message.hello}, we speak ${PROTOCOL_VERSION}`);
      this.#greeted = true;
      return;
    }
    if (!this.#greeted) throw new Error('message before hello');
    if ('call' in message) this.#begin(() => this.#answer(message.id, message.call, message.args, blob));
    else if ('failure' in message) this.#waiting.get(message.id)?.(failed(message.failure));
    else this.#waiting.get(message.id)?.({ ok: true, value: { value: message.value, blob } });
  }

  /** At most so many at once: what is read already waits here, the rest unread. */
  #begin(answer: () => Promise<void>): void {
    const most = this.#options.concurrency ?? 256;
    const start = (): void => {
      this.#running += 1;
      void answer().finally(() => {
        this.#running -= 1;
        const next = this.#queue.shift();
        if (next !== undefined) next();
        else this.#stream.resume();
      });
    };
    if (this.#running < most) start();
    else {
      this.#queue.push(start);
      this.#stream.pause();
    }
  }

  async #answer(id: number, call: string, args: unknown, blob: Buffer | undefined): Promise<void> {
    const handle = this.#options.handle;
    let outcome: Outcome<Parcel>;
    try {
      outcome =
        handle === undefined
          ? failed(failure('PROTOCOL', `${call} is not answered here`))
          : await handle(call, args, blob);
    } catch (error) {
      outcome = failed(failure('INTERNAL', `${call}: ${error instanceof Error ? error.message : 'unknown'}`));
    }
    try {
      if (outcome.ok)
        this.#send(
          { id, value: outcome.value.value ?? null, blob: outcome.value.blob !== undefined },
          outcome.value.blob,
        );
      else this.#send({ id, failure: outcome.failure }, undefined);
    } catch (error) {
      // an answer that is larger than a frame must not end the process that gave it
      this.#send(
        {
          id,
          failure: failure(
            'INTERNAL',
            `the answer to ${call}: ${error instanceof Error ? error.message : 'unknown'}`,
          ),
        },
        undefined,
      );
    }
  }
}
