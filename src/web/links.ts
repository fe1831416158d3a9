/** Links that open a recording once, soon. */
export interface Links {
  /** What stands behind the # of a link. */
  issue(recordingId: string): string;
  /** The recording; null: it was used, is too old, or never was a link. */
  take(token: string): string | null;
}

/** Milliseconds: long enough to set a tunnel up first. */
export const LINK_LIFE = 5 * 60_000;
const MOST = 50;

export function createLinks(options: {
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}): Links {
  const held = new Map<string, { readonly recordingId: string; readonly until: number }>();
  return {
    issue(recordingId) {
      const [oldest] = held.keys();
      if (held.size >= MOST && oldest !== undefined) held.delete(oldest);
      const token = options.random(24).toString('base64url');
      held.set(token, { recordingId, until: options.now() + LINK_LIFE });
      return token;
    },
    take(token) {
      const found = held.get(token);
      held.delete(token);
      return found === undefined || found.until <= options.now() ? null : found.recordingId;
    },
  };
}
