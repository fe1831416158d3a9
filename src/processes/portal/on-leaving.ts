/** What a channel is told when its client goes, or when the door is about to hang up on the client. */
interface Leaving {
  readonly gone: AbortSignal;
  readonly dismissed: AbortSignal;
}

/** Calls `leave` then, or at once. The result stops it: a connection outlives its channels, and is to keep nothing of them. */
export function onLeaving({ gone, dismissed }: Leaving, leave: () => void): () => void {
  for (const signal of [gone, dismissed]) {
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }
  return () => {
    for (const signal of [gone, dismissed]) signal.removeEventListener('abort', leave);
  };
}
