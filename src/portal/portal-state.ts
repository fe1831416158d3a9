import type { PersonRow, SessionRow } from '#/contract/rows.js';
import type { Failure } from '#/domain/failure.js';
import { here, isTab, pop, push, type Route, type RouteStack, replace, type Tab, tabFrom } from './route.js';
import type { Configuration, LoggedIn } from './services.js';

/** One line for the person, at the bottom. It stays until the next one, or until another screen is opened. */
export interface Notice {
  readonly tone: 'good' | 'warning' | 'bad' | 'plain';
  readonly text: string;
}

export interface PortalState {
  /** Null until the portal was opened once. */
  readonly configuration: Configuration | null;
  /** Why the portal is not open right now. */
  readonly closedWhy: Failure | null;
  readonly person: PersonRow | null;
  readonly stack: RouteStack;
  readonly notice: Notice | null;
  /** The user name says where to go: that comes first once he is in. */
  readonly direct: boolean;
}

export type PortalAction =
  | { readonly type: 'opened'; readonly configuration: Configuration }
  | { readonly type: 'closed'; readonly failure: Failure }
  | { readonly type: 'loggedIn'; readonly login: LoggedIn }
  | { readonly type: 'secondFactorDone'; readonly mustChange: boolean; readonly notice: Notice | null }
  | { readonly type: 'passwordChanged' }
  | { readonly type: 'loggedOut'; readonly why: string }
  | { readonly type: 'waiting'; readonly sessions: readonly SessionRow[] }
  | { readonly type: 'go' | 'replace'; readonly route: Route }
  | { readonly type: 'back' }
  | { readonly type: 'tab'; readonly by: 1 | -1 }
  | { readonly type: 'show'; readonly tab: Tab; readonly notice: Notice | null }
  | { readonly type: 'notice'; readonly notice: Notice | null };

export function firstState(loggedIn: LoggedIn | null, direct = false): PortalState {
  const state: PortalState = {
    configuration: null,
    closedWhy: null,
    person: null,
    stack: [{ screen: 'login', why: null }],
    notice: null,
    direct,
  };
  return loggedIn === null ? state : portalReducer(state, { type: 'loggedIn', login: loggedIn });
}

export function portalReducer(state: PortalState, action: PortalAction): PortalState {
  switch (action.type) {
    case 'opened':
      return { ...state, configuration: action.configuration, closedWhy: null };
    case 'closed':
      return { ...state, closedWhy: action.failure };
    case 'loggedIn': {
      const { person } = action.login;
      return entered({ ...state, person, notice: null }, beforeEntering(action.login));
    }
    case 'secondFactorDone':
      return entered({ ...state, notice: action.notice }, action.mustChange ? MUST_CHANGE : null);
    case 'passwordChanged':
      return entered({ ...state, notice: { tone: 'good', text: 'Your password is changed.' } }, null);
    case 'loggedOut':
      return { ...state, person: null, stack: [{ screen: 'login', why: action.why }], notice: null };
    case 'waiting':
      return here(state.stack).screen === 'accounts'
        ? { ...state, stack: push(state.stack, { screen: 'offer', sessions: action.sessions, anew: null }) }
        : state;
    case 'go':
      return { ...state, stack: push(state.stack, action.route), notice: null };
    case 'replace':
      return { ...state, stack: replace(state.stack, action.route) };
    case 'back':
      return { ...state, stack: pop(state.stack) };
    case 'tab':
      return turned(state, action.by);
    case 'show':
      return { ...state, stack: [{ screen: action.tab }], notice: action.notice };
    case 'notice':
      return state.notice === action.notice ? state : { ...state, notice: action.notice };
    default:
      return action satisfies never;
  }
}

const MUST_CHANGE: Route = { screen: 'password', why: 'Choose a new password before anything else.' };

/** What is still to be done, or else the first screen of all; where the user name leads is gone to once. */
function entered(state: PortalState, before: Route | null): PortalState {
  if (before !== null) return { ...state, stack: [before] };
  return { ...state, stack: [{ screen: state.direct ? 'direct' : 'accounts' }], direct: false };
}

function beforeEntering({ mustChange, secondFactor }: LoggedIn): Route | null {
  if (secondFactor === 'code') return { screen: 'code', mustChange };
  if (secondFactor === 'enrol')
    return { screen: 'enrol', enrolment: null, then: { kind: 'login', mustChange } };
  return mustChange ? MUST_CHANGE : null;
}

/** Whether somebody is in, and not only on his way. */
export function isInside({ person, stack }: PortalState): boolean {
  const [{ screen }] = stack;
  return person !== null && !['login', 'code', 'enrol', 'password'].includes(screen);
}

function turned(state: PortalState, by: 1 | -1): PortalState {
  const { screen } = here(state.stack);
  return isTab(screen)
    ? { ...state, stack: replace(state.stack, { screen: tabFrom(screen, by) }), notice: null }
    : state;
}
