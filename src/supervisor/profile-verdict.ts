/** What lstat says of one thing in a profile. */
export interface Seen {
  readonly kind: 'directory' | 'file' | 'link' | 'other';
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

export interface ProfileFacts {
  /** Null: there is none. */
  readonly home: Seen | null;
  readonly marker: (Seen & { readonly text: string }) | null;
  readonly entries: readonly (Seen & { readonly name: string })[];
  /** Kilobytes in use, as its own uid counts them; null: it cannot be written or counted by its uid. */
  readonly kilobytes: number | null;
}

export interface ProfileWanted {
  readonly uid: number;
  readonly gid: number;
  /** Who must own the marker: root, so that a shadow cannot forge one. */
  readonly markerUid: number;
  readonly version: number;
  readonly limitMb: number;
}

export type ProfileVerdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'missing' }
  /** To be quarantined and made anew. */
  | { readonly kind: 'bad'; readonly why: string }
  | { readonly kind: 'over-quota'; readonly detail: string };

export const MARKER = '.postern-profile';

/** Judges a profile before a session uses it. */
export function judgeProfile(facts: ProfileFacts, wanted: ProfileWanted): ProfileVerdict {
  if (facts.home === null) return { kind: 'missing' };
  const why =
    homeFault(facts.home, wanted) ?? markerFault(facts.marker, wanted) ?? entryFault(facts.entries, wanted);
  if (why !== null) return { kind: 'bad', why };
  if (facts.kilobytes === null) return { kind: 'bad', why: 'cannot be written by its own uid' };
  if (facts.kilobytes <= wanted.limitMb * 1024) return { kind: 'good' };
  return { kind: 'over-quota', detail: `${Math.ceil(facts.kilobytes / 1024)} MB of ${wanted.limitMb} MB` };
}

function homeFault(home: Seen, { uid, gid }: ProfileWanted): string | null {
  if (home.kind !== 'directory') return home.kind === 'link' ? 'is a symbolic link' : 'is not a directory';
  if (home.uid !== uid || home.gid !== gid)
    return `belonged to ${home.uid}:${home.gid}, not to ${uid}:${gid}`;
  return home.mode === 0o700 ? null : `had mode 0${home.mode.toString(8)}, not 0700`;
}

function markerFault(marker: ProfileFacts['marker'], { markerUid, version }: ProfileWanted): string | null {
  if (marker === null) return 'had no marker';
  if (marker.kind !== 'file' || marker.uid !== markerUid) return 'had a forged marker';
  return marker.text === markerText(version) ? null : 'was of another version';
}

/** A link could lead whoever follows it elsewhere; another's file was put there by somebody who may write here. */
function entryFault(entries: ProfileFacts['entries'], { uid }: ProfileWanted): string | null {
  const strange = entries.find(
    ({ name, kind, uid: owner }) => name !== MARKER && (kind === 'link' || owner !== uid),
  );
  if (strange === undefined) return null;
  return strange.kind === 'link' ? 'held a symbolic link' : `held a file of uid ${strange.uid}`;
}

export function markerText(version: number): string {
  return `postern profile ${version}\n`;
}
