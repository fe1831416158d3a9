import type { z } from 'zod';
import type { COMPONENTS } from '#/domain/people.js';

/** Who may make a call: a component that logged in on this connection, the console (the admin socket), or anybody connected. */
export type Caller = (typeof COMPONENTS)[number] | 'console' | 'anybody';

export interface CallKind<Args extends z.ZodType, Result> {
  readonly callers: readonly Caller[];
  readonly args: Args;
  /** Only for the compiler. */
  readonly result?: Result;
}

/** `blob` in the comments: bytes beside the JSON, for what must not become a string. */
export function call<Result>() {
  return <Args extends z.ZodType>(callers: readonly Caller[], args: Args): CallKind<Args, Result> => ({
    callers,
    args,
  });
}
