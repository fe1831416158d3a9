import { z } from 'zod';
import { COMPONENTS } from '#/domain/people.js';
import { call } from './call-kind.js';
import type { ComponentRow } from './rows.js';

const text = z.string().max(1024);
const component = z.enum(COMPONENTS);

/** Component users and their credentials: a part of CALLS. */
export const COMPONENT_USER_CALLS = {
  /** Blob: the component's password. */
  /** `previous`: the password is that of before the last rotation, and was taken for this one time. */
  'component.login': call<{ readonly component: string; readonly previous: boolean }>()(
    ['anybody'],
    z.strictObject({ component }),
  ),
  /** A process cannot open its credential file: it says why, so that others can say it too. */
  'component.unable': call<null>()(['anybody'], z.strictObject({ component, why: text })),
  /**
   * A component changes its own password. 'begin' takes the right to it, 'end' gives it back; a lost connection does, too.
   * Blob with 'commit': a password. With 'check': the SHA-256 of one; `current` says whether it is the one that counts now.
   */
  'component.rotation': call<{ readonly current: boolean }>()(
    COMPONENTS,
    z.strictObject({ component, step: z.enum(['begin', 'check', 'commit', 'end']) }),
  ),
  'admin.component.list': call<readonly ComponentRow[]>()(['console'], z.strictObject({})),
  'admin.component.set': call<null>()(['console'], z.strictObject({ component, disabled: z.boolean() })),
  'admin.credfile.create': call<ComponentRow>()(['console'], z.strictObject({ component })),
  'admin.credfile.resync': call<ComponentRow>()(['console'], z.strictObject({ component })),
  'admin.credfile.rotate': call<ComponentRow>()(['console'], z.strictObject({ component })),
} as const;

/** What the vault asks of every process that logged in as a component, over the connection that it opened. */
export const COMPONENT_CALLS = { 'component.rotate': z.strictObject({ component }) } as const;
