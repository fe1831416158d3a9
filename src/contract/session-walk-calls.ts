import { z } from 'zod';
import type { Outcome } from '#/domain/outcome.js';
import type { IsolationLevel } from '#/domain/session.js';
import { call } from './call-kind.js';
import type { SessionGrant } from './rows.js';

const id = z.string().max(64);
const text = z.string().max(1024);

export const passedStages = z
  .array(z.strictObject({ stage: z.int().min(0).max(9), detail: text.nullable() }))
  .max(8);

/** The walk of a session, as its host tells of it: a part of CALLS. */
export const SESSION_WALK_CALLS = {
  /** Stage 3: PSMConnect verified the portal's proof and takes the session. */
  /**
   * `share`: sessions of one connection to one account have the same, and may ride on one login; null: this one may not.
   * With `rides` it does at once (session.ride) where the vault knows of a login with this host: stage 4 is passed, too.
   */
  'session.landed': call<{
    readonly share: string | null;
    readonly ride: { readonly on: string; readonly grant: Outcome<SessionGrant> } | null;
  }>()(['PSMGW'], z.strictObject({ permit: text, sessionId: id, rides: z.boolean().optional() })),
  /** Stage 5: makes or verifies the shadow identity and has the supervisor write the box record. */
  'session.shadow': call<{
    readonly name: string;
    readonly uid: number;
    readonly level: IsolationLevel;
    readonly healed: string | null;
  }>()(
    ['PSMGW'],
    z.strictObject({
      sessionId: id,
      term: text,
      lang: text,
      program: z.enum(['ssh', 'command', 'share', 'probe']),
    }),
  ),
  /** `passed`: stages before this one that were not told yet. All of them are written at once, or none. */
  'session.stage': call<null>()(
    ['PSMGW'],
    z.strictObject({
      passed: passedStages.optional(),
      sessionId: id,
      stage: z.int().min(0).max(9),
      ok: z.boolean(),
      code: text.nullable(),
      detail: text.nullable(),
    }),
  ),

  // one login at a target, and the channels of one connection of a person that it carries
  /**
   * Stage 4 of a session that needs no secret: it rides on the login that session `on` made with this host, of the same
   * connection and account. Everything is checked that session.redeem checks; the permit stays good for that, should the
   * login not carry it. Null: no such login is known.
   */
  'session.ride': call<{ readonly grant: SessionGrant | null }>()(
    ['PSMGW'],
    z.strictObject({ permit: text, sessionId: id, on: id }),
  ),
  /** Asked every second of a login that carries nothing at the moment: fails when its connection is gone, or may not any more. */
  'session.loginGoesOn': call<null>()(['PSMGW'], z.strictObject({ share: id })),
  /** The login that this session made is over, and its box. */
  'session.loginOver': call<null>()(['PSMGW'], z.strictObject({ sessionId: id })),
};
