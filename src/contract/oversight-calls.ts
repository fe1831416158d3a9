import { z } from 'zod';
import { call } from './call-kind.js';

const text = z.string().min(1).max(1024);
const ticket = z.string().max(128);
const id = z.string().max(64);

const facts = z.strictObject({
  id,
  /** Milliseconds since 1970; null: no key so far. */
  lastKeyAt: z.int().nullable(),
  /** Recorded so far. */
  bytes: z.int().min(0),
  lastActivity: z.string().max(4096).nullable(),
  suspendedBy: z.string().max(1024).nullable(),
  /** Who has taken over the keyboard. */
  typing: z.string().max(1024).nullable(),
  /** Of an account that takes four eyes: nobody has joined yet, or the last one has left. */
  company: z.enum(['waiting', 'alone']).nullable(),
});
/** What a session host tells of a session that runs. */
export type SessionFacts = Readonly<z.infer<typeof facts>>;

const suspension = { sessionId: id, reason: text, frozen: z.boolean() };
const message = { sessionId: id, text };

/** What is done with running sessions of others: a part of CALLS. `reason` and `text` are read by the owner, and audited. */
export const OVERSIGHT_CALLS = {
  /** `frozen`: the owner sees no output either. */
  'person.suspendSession': call<null>()(['PVWAGW'], z.strictObject({ ticket, ...suspension })),
  'person.resumeSession': call<null>()(['PVWAGW'], z.strictObject({ ticket, sessionId: id })),
  'person.messageSession': call<null>()(['PVWAGW'], z.strictObject({ ticket, ...message })),
  /** To take over the keyboard of a session that one watches: a permit that the monitor carries to its host. */
  'person.control': call<{ readonly permit: string }>()(
    ['PVWAGW'],
    z.strictObject({ ticket, sessionId: id }),
  ),

  /** Uses a control permit up, for the watching that it belongs to. Audited. */
  'session.redeemControl': call<{ readonly controller: string }>()(
    ['PSMGW'],
    z.strictObject({ permit: text, sessionId: id, watch: id }),
  ),
  /** Asked every second while somebody has taken over: fails as soon as he lost the right to it. */
  'session.controlGoesOn': call<null>()(['PSMGW'], z.strictObject({ sessionId: id, watch: id })),
  'session.controlEnded': call<null>()(['PSMGW'], z.strictObject({ sessionId: id, watch: id })),
  /** Of sessions of the asking host of which something changed. */
  'session.facts': call<null>()(['PSMGW'], z.strictObject({ sessions: z.array(facts).max(1000) })),

  'admin.sessions.suspend': call<null>()(['console'], z.strictObject(suspension)),
  'admin.sessions.resume': call<null>()(['console'], z.strictObject({ sessionId: id })),
  'admin.sessions.message': call<null>()(['console'], z.strictObject(message)),
} as const;

/** What the vault asks of a session host about one of its sessions. */
export const OVERSIGHT_ORDERS = {
  'host.suspend': z.strictObject({ ...suspension, by: text }),
  'host.resume': z.strictObject({ sessionId: id, by: text }),
  'host.message': z.strictObject({ ...message, by: text }),
  /** All who have its recording open now. */
  'host.followed': z.strictObject({ sessionId: id, by: z.array(text).max(1000) }),
} as const;
