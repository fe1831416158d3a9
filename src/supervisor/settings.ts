import { join } from 'node:path';
import type { Configuration } from '#/configuration/schema.js';
import type { ChildSettings } from '#/contract/orders.js';
import { runPaths } from '#/contract/sockets.js';
import type { IsolationLevel } from '#/domain/session.js';
import type { Listener } from './listeners.js';
import type { Post } from './roles.js';
import { descriptors } from './supervised-child.js';
import type { UidRange } from './uid-range.js';

export interface HouseFacts {
  readonly run: string;
  readonly bastion: string;
  readonly isolation: IsolationLevel;
  readonly range: UidRange;
  /** Where the vault finds its master key; null: it waits for a passphrase. */
  readonly masterKey: string | null;
  /** What an administrator calls that place. */
  readonly masterKeyOnHost: string | null;
  readonly configuration: Configuration;
}

/** Everything that one child is told. Paths are those below the run directory: it sees no others. */
export function settingsOf(post: Post, listeners: readonly Listener[], facts: HouseFacts): ChildSettings {
  const { run, configuration, range } = facts;
  const places = runPaths(run);
  return {
    role: post.role,
    index: post.index,
    run,
    listening: descriptors(listeners),
    bastion: facts.bastion,
    isolation: facts.isolation,
    minimumIsolation: configuration.minimumIsolation,
    sessionHosts: configuration.sessionHosts,
    paths: {
      home: places.home,
      vault: join(places.home, 'vault'),
      masterKey: facts.masterKey,
      masterKeyOnHost: facts.masterKeyOnHost,
      credentials: join(places.home, 'credentials'),
      hostKeys: join(places.home, 'portal'),
      spool: join(places.home, 'spool'),
      recordings: places.recordings,
      sessions: places.sessions,
      box: places.box,
    },
    configuration: {
      branding: configuration.branding,
      idleMinutes: configuration.idleMinutes,
      maximumMinutes: configuration.maximumMinutes,
      graceMinutes: configuration.graceMinutes,
      maxSessions: configuration.maxSessions,
      maxSessionsPerUser: configuration.maxSessionsPerUser,
      hostKeyPolicy: configuration.hostKeyPolicy,
      recordInput: configuration.recordInput,
      shadowUidFirst: range.first,
      shadowUidCount: range.count,
      spoolReserveMb: configuration.spoolReserveMb,
      loginGraceSeconds: configuration.loginGraceSeconds,
      maxStartups: configuration.maxStartups,
      keepAliveSeconds: configuration.keepAliveSeconds,
      userNameDelimiters: configuration.userNameDelimiters,
      userCertificateAuthorities: configuration.userCertificateAuthorities,
      liveGroups: configuration.liveGroups,
      auditHeadsPath: configuration.auditHeadsPath,
      credentialRotationMinutes: configuration.credentialRotationMinutes,
    },
  };
}
