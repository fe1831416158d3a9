import type {
  AccountRow,
  GroupRow,
  KeyRow,
  PersonSafeRow,
  RecordingRow,
  SessionRow,
  UserRow,
} from '#/contract/rows.js';
import type { Failure } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import type { Permission } from '#/domain/permission.js';
import type { MapItem } from './screens/maps/maps-view.js';
import type { Enrolment, WebLink } from './services.js';

/** The screens that Tab goes around, in its order. */
export const TABS = ['accounts', 'recordings', 'live', 'help'] as const;
export type Tab = (typeof TABS)[number];

/** `direct`: the connection is for this session alone, and ends with it. */
export interface ConnectWish {
  readonly kind: 'connect';
  readonly account: AccountRow;
  readonly direct?: true;
  /** Why, when the screen asked. */
  readonly reason?: string;
}

/** What a session is opened for: an account, or a session of one's own that lost its terminal. */
export type SessionWish =
  | ConnectWish
  | { readonly kind: 'reattach'; readonly session: SessionRow; readonly direct?: true };

/** What a replay says of its recording before it is open: the recording's row, or that of a session that runs. */
export type Replayed = Pick<RecordingRow, 'id' | 'account' | 'user' | 'startedAt'>;

/** Where somebody is, with everything that the screen needs. */
export type Route =
  | { readonly screen: 'login'; readonly why: string | null }
  | { readonly screen: 'password'; readonly why: string }
  | { readonly screen: 'code'; readonly mustChange: boolean }
  | { readonly screen: 'enrol'; readonly enrolment: Enrolment | null; readonly then: AfterEnrolling }
  | { readonly screen: 'you' }
  | { readonly screen: 'addKey' }
  | { readonly screen: 'removeKey'; readonly key: KeyRow }
  | { readonly screen: 'prove'; readonly wish: ProvenWish; readonly by: 'code' | 'password' }
  /** `anew`: what the connection was made for, in place of the menu. */
  | {
      readonly screen: 'offer';
      readonly sessions: readonly SessionRow[];
      readonly anew: SessionWish | null;
    }
  | { readonly screen: Tab }
  | { readonly screen: 'direct' }
  | { readonly screen: 'connecting'; readonly wish: SessionWish }
  | {
      readonly screen: 'refused';
      readonly wish: SessionWish;
      readonly failure: Failure;
      readonly keys: ChangedKeys | null;
    }
  | { readonly screen: 'approve'; readonly account: AccountRow; readonly keys: ChangedKeys }
  /** `at`: the moment to begin at, milliseconds on the tape. */
  | { readonly screen: 'replay'; readonly recording: Replayed; readonly at?: number }
  | { readonly screen: 'webLink'; readonly recording: RecordingRow; readonly link: WebLink }
  /** `among`: as it is typed in the list of recordings. */
  | { readonly screen: 'search'; readonly among: string }
  | { readonly screen: 'watch'; readonly session: SessionRow }
  | { readonly screen: 'secret'; readonly account: AccountRow }
  /** `safes`: where he may add accounts. */
  | {
      readonly screen: 'addAccount';
      readonly safes: readonly string[];
      readonly platforms: readonly string[];
    }
  /** `may`: what he may do in its safe. */
  | { readonly screen: 'manageAccount'; readonly account: AccountRow; readonly may: readonly Permission[] }
  | { readonly screen: 'safes' }
  | { readonly screen: 'addSafe' }
  | { readonly screen: 'users' }
  | { readonly screen: 'addUser' }
  | { readonly screen: 'manageUser'; readonly user: UserRow }
  | { readonly screen: 'maps' }
  | { readonly screen: 'addMap' | 'askTrial'; readonly directories: readonly string[] }
  | { readonly screen: 'manageMap'; readonly map: MapItem }
  | { readonly screen: 'trial'; readonly directory: string; readonly user: string }
  | { readonly screen: 'groups' }
  | { readonly screen: 'addGroup' }
  | { readonly screen: 'manageGroup'; readonly group: GroupRow }
  | { readonly screen: 'manageSafe'; readonly safe: PersonSafeRow }
  | { readonly screen: 'members'; readonly safe: PersonSafeRow }
  /** Null: all of it. */
  | { readonly screen: 'audit'; readonly safe: string | null }
  | { readonly screen: 'leave' };

/** `login`: somebody who must enrol before anything else, and perhaps choose a new password after that. */
export type AfterEnrolling =
  | { readonly kind: 'login'; readonly mustChange: boolean }
  | { readonly kind: 'back' };
/** What somebody proves himself again for. */
export type ProvenWish =
  | { readonly kind: 'enrol' }
  | { readonly kind: 'removeFactor' }
  | { readonly kind: 'addKey'; readonly line: string };

/** The key that was pinned and the one that the target showed instead. */
export interface ChangedKeys {
  readonly pinned: HostKey | null;
  readonly offered: HostKey;
}

/** The screens that are open, the one in sight last; never empty. */
export type RouteStack = readonly [Route, ...Route[]];

export function here(stack: RouteStack): Route {
  return stack[stack.length - 1] ?? stack[0];
}

/** One screen deeper. */
export function push(stack: RouteStack, route: Route): RouteStack {
  return [...stack, route];
}

/** Back by one; the first screen stays. */
export function pop(stack: RouteStack): RouteStack {
  const [first, ...rest] = stack;
  return [first, ...rest.slice(0, -1)];
}

/** Another screen in place of the one in sight. */
export function replace(stack: RouteStack, route: Route): RouteStack {
  const [first, ...rest] = stack;
  return rest.length === 0 ? [route] : [first, ...rest.slice(0, -1), route];
}

export function isTab(screen: Route['screen']): screen is Tab {
  return (TABS as readonly string[]).includes(screen);
}

/** The tab that is `by` further, around the end. */
export function tabFrom(tab: Tab, by: 1 | -1): Tab {
  return TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] ?? tab;
}

/** How a wish names its account. */
export function wishName(wish: SessionWish): string {
  return wish.kind === 'connect' ? `${wish.account.user}@${wish.account.address}` : wish.session.account;
}
