import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Order, OrderResult } from '#/contract/orders.js';
import { runPaths } from '#/contract/sockets.js';
import { cleanTerm, type IsolationLevel } from '#/domain/session.js';
import { FIRST_PASSWORD } from '#/house/new-password.js';
import type { ServiceAccounts } from '#/house/service-accounts.js';
import type { Bind } from './box-record.js';
import { checkOrder } from './check-order.js';
import { credentialOrder } from './credential-order.js';
import { oneAtATime } from './one-at-a-time.js';
import { type ProfilePlace, prepareProfile, quarantine } from './profile.js';
import type { UidRange } from './uid-range.js';
import { forgetBox, writeBox } from './write-box.js';

export interface OrderOptions {
  readonly run: string;
  readonly level: IsolationLevel;
  readonly range: UidRange;
  readonly limitMb: number;
  readonly binds: readonly Bind[];
  /** False: everything runs as this very uid, and so do profiles. */
  readonly root: boolean;
  readonly now: () => Date;
  readonly accounts: ServiceAccounts | null;
}

/** Looks and repairs of credential files wait for each other; no uid of a shadow has this number. */
const CREDENTIALS = 0;

type PrepareBox = Extract<Order, { kind: 'prepare-box' }>;
type ResetProfile = Extract<Order, { kind: 'reset-profile' }>;

/** Carries out the vault's orders: the one thing that root does for a session. Never rejects. */
export function orderKeeper(options: OrderOptions): (raw: unknown) => Promise<OrderResult> {
  const perUid = oneAtATime();
  return async (raw) => {
    const order = checkOrder(raw, options.range);
    if (order === null) return { kind: 'failed', detail: 'the order is malformed' };
    try {
      switch (order.kind) {
        case 'prepare-box':
          return await perUid(order.uid, () => prepareBox(order, options));
        case 'reset-profile':
          return await perUid(order.uid, () => resetProfile(order, options));
        case 'credential':
          return await perUid(CREDENTIALS, () => credentialOrder(order, options));
        case 'forget-box':
          forgetBox(runPaths(options.run).boxes, order.sessionId);
          return { kind: 'done', level: options.level, healed: null };
        case 'forget-first-password':
          rmSync(join(runPaths(options.run).home, FIRST_PASSWORD), { force: true });
          return { kind: 'done', level: options.level, healed: null };
        default:
          return order satisfies never;
      }
    } catch (error) {
      return { kind: 'failed', detail: error instanceof Error ? error.message : 'unknown' };
    }
  };
}

async function prepareBox(order: PrepareBox, options: OrderOptions): Promise<OrderResult> {
  const { run, level, limitMb } = options;
  const place = placeOf(order, options);
  // a host key is probed without anything of the person's
  const profile =
    order.program === 'probe'
      ? ({ kind: 'ready', healed: null } as const)
      : await prepareProfile(place, options.now());
  if (profile.kind === 'over-quota') return profile;
  if (profile.kind === 'bad') return { kind: 'failed', detail: `the profile ${profile.why}` };
  const paths = runPaths(run);
  const record = {
    level,
    uid: place.uid,
    gid: place.gid,
    name: order.name,
    home: order.program === 'probe' ? '' : place.path,
    program: order.program,
    fsize: limitMb * 1024 * 1024,
    term: cleanTerm(order.term),
    lang: /^[A-Za-z0-9._@-]{1,64}$/.test(order.lang) ? order.lang : 'C.UTF-8',
    session: join(paths.sessions, order.sessionId),
  };
  writeBox(paths.boxes, order.sessionId, record, options.binds);
  return { kind: 'done', level, healed: profile.healed };
}

async function resetProfile(order: ResetProfile, options: OrderOptions): Promise<OrderResult> {
  const place = placeOf(order, options);
  await quarantine(place, options.now());
  if (!order.keep) return { kind: 'done', level: options.level, healed: null };
  const made = await prepareProfile(place, options.now());
  return made.kind === 'ready'
    ? { kind: 'done', level: options.level, healed: null }
    : { kind: 'failed', detail: made.kind === 'bad' ? made.why : made.detail };
}

function placeOf(
  { uid, profileVersion }: PrepareBox | ResetProfile,
  { run, limitMb, root }: OrderOptions,
): ProfilePlace {
  const home = runPaths(run).home;
  const own = root ? { uid, gid: uid } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return {
    ...own,
    markerUid: root ? 0 : own.uid,
    version: profileVersion,
    limitMb,
    root,
    path: join(home, 'profiles', String(uid)),
    quarantine: join(home, 'quarantine'),
  };
}
