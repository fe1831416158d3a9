import type { FromMonitor, ReplayFrame } from '#/contract/replay-link.js';
import type { AuditRow, KeyRow, MemberRow, PersonSafeRow, SecondFactorRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { PRESETS } from '#/domain/permission.js';
import type {
  AccountRow,
  Enrolment,
  LoggedIn,
  PortalServices,
  RecordingRow,
  ReplayCommand,
  SessionRow,
} from '#/portal/services.js';

/** Monday, 23 November 2026, 19:40 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 19, 40);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const alice: LoggedIn = {
  mustChange: false,
  secondFactor: 'done',
  person: {
    user: 'alice',
    groups: [],
    rights: [],
    auditor: false,
    lastSuccess: { at: NOW - 20 * HOUR, from: '10.0.0.5' },
    lastFailure: { at: NOW - 50 * HOUR, from: '10.0.0.9' },
  },
};

export const FACTOR: SecondFactorRow = { policy: 'optional', enrolled: true, recoveryLeft: 8 };
export const ENROLMENT: Enrolment = {
  issuer: 'Postern',
  user: 'alice',
  key: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
};
export const RECOVERY_CODES = Array.from({ length: 10 }, (_, i) => `abcd-efgh-jkmn-000${i}`);
export const KEYS: readonly KeyRow[] = [
  {
    fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLYIYtKxxZT1vDJrzg',
    type: 'ssh-ed25519',
    comment: 'laptop',
    verifyRequired: false,
  },
  {
    fingerprint: 'SHA256:yM5D9l2o3G1n8u3cWJm7Qy0m1gk3rQx6mT5oZ8f7p2E',
    type: 'sk-ssh-ed25519@openssh.com',
    comment: 'a stick',
    verifyRequired: true,
  },
];

export function account(
  id: string,
  user: string,
  address: string,
  more: Partial<AccountRow> = {},
): AccountRow {
  return {
    id,
    user,
    address,
    safe: 'Linux-Production',
    port: 22,
    platform: 'UnixSSH',
    secretKind: 'password',
    usable: true,
    why: null,
    favourite: false,
    lastUsedAt: null,
    hostKeyFingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGLYIYtKxxZT1vDJrzg',
    mayPinHostKey: false,
    reasonRequired: false,
    policy: [],
    ...more,
  };
}

export const ACCOUNTS: readonly AccountRow[] = [
  account('a1', 'root', 'web1.example.com', { lastUsedAt: NOW - 5 * MINUTE }),
  account('a2', 'root', 'web2.example.com', { lastUsedAt: NOW - 3 * HOUR, secretKind: 'key' }),
  account('a3', 'admin60', 'secappslearning.com', {
    safe: 'Windows-Domain-Safe',
    favourite: true,
    mayPinHostKey: true,
  }),
  account('a4', 'postgres', 'db1.example.com', { safe: 'Databases', hostKeyFingerprint: null }),
  account('a5', 'oracle', 'db2.example.com', {
    safe: 'Databases',
    usable: false,
    why: 'useAccounts is missing on this safe',
  }),
  account('a6', '管理者', 'tōkyō.example.jp', { safe: '日本', port: 2200 }),
];

export function recording(id: string, more: Partial<RecordingRow> = {}): RecordingRow {
  return {
    id,
    user: 'alice',
    account: 'root@web1.example.com',
    accountId: 'a1',
    safe: 'Linux-Production',
    recordingSafe: 'PSMRecordings',
    from: '10.0.0.5',
    startedAt: NOW - 2 * HOUR,
    endedAt: NOW - 2 * HOUR + 3 * MINUTE + 7000,
    outcome: 'exited',
    endingText: 'exit status 0',
    isolation: 3,
    stored: 'safe',
    bytes: 48_211,
    complete: true,
    reason: null,
    forward: null,
    hold: null,
    deletion: null,
    commands: 3,
    transfers: 0,
    ...more,
  };
}
export const RECORDINGS: readonly RecordingRow[] = [
  recording('n1'),
  recording('n2', {
    account: 'postgres@db1.example.com',
    startedAt: NOW - 26 * HOUR,
    endedAt: NOW - 25 * HOUR,
    outcome: 'terminated',
    endingText: 'terminated by bob: maintenance',
  }),
  recording('n3', {
    account: 'admin60@secappslearning.com',
    startedAt: NOW - 10 * MINUTE,
    endedAt: null,
    outcome: 'running',
    endingText: null,
    stored: 'live',
    bytes: null,
    complete: null,
  }),
  recording('n4', {
    startedAt: NOW - 400 * 24 * HOUR,
    endedAt: NOW - 400 * 24 * HOUR + 45_000,
    outcome: 'session-host-died',
    endingText: 'its session host died',
    complete: false,
  }),
];

export function session(id: string, more: Partial<SessionRow> = {}): SessionRow {
  return {
    id,
    user: 'alice',
    account: 'root@web1.example.com',
    accountId: 'a1',
    safe: 'Linux-Production',
    from: '10.0.0.5',
    startedAt: NOW - 12 * MINUTE,
    isolation: 3,
    state: 'running',
    host: 0,
    mine: true,
    mayEnd: true,
    mayWatch: true,
    mayControl: false,
    maySuspend: false,
    lastKeyAt: NOW - 2 * MINUTE,
    recordedBytes: 48_211,
    lastActivity: null,
    suspendedBy: null,
    controlledBy: null,
    company: null,
    watchers: [],
    reason: null,
    forward: null,
    ...more,
  };
}
export const SESSIONS: readonly SessionRow[] = [
  session('s1'),
  session('s2', {
    user: 'bob',
    account: 'postgres@db1.example.com',
    from: '10.0.0.77',
    startedAt: NOW - 90 * MINUTE,
    mine: false,
    mayEnd: false,
  }),
];

export const SAFES: readonly PersonSafeRow[] = [
  { name: 'Linux-Production', builtIn: false, permissions: PRESETS.Full, expiresAt: null },
  {
    name: 'Databases',
    builtIn: false,
    permissions: ['useAccounts', 'listAccounts'],
    expiresAt: NOW + 48 * HOUR,
  },
  { name: '日本', builtIn: false, permissions: ['listAccounts', 'viewAuditLog'], expiresAt: null },
];
export const MEMBERS: readonly MemberRow[] = [
  {
    safe: 'Linux-Production',
    member: 'alice',
    kind: 'user',
    permissions: PRESETS.Full,
    preset: 'Full',
    expiresAt: null,
  },
  {
    safe: 'Linux-Production',
    member: 'Auditors',
    kind: 'group',
    permissions: ['listAccounts', 'viewAuditLog', 'viewSafeMembers'],
    preset: null,
    expiresAt: null,
  },
  {
    safe: 'Linux-Production',
    member: 'bob',
    kind: 'user',
    permissions: PRESETS.ConnectOnly,
    preset: 'ConnectOnly',
    expiresAt: NOW + 30 * 24 * HOUR,
  },
];
export const AUDIT: readonly AuditRow[] = [3, 2, 1].map((sequence) => ({
  sequence,
  at: NOW - sequence * MINUTE,
  code: 295,
  action: 'retrieve',
  outcome: sequence === 2 ? 'failure' : 'ok',
  actor: 'bob',
  gateway: 'PVWAGW',
  from: '10.0.0.77',
  bastion: 'bastion1',
  safe: 'Linux-Production',
  account: 'root@web1.example.com',
  target: 'web1.example.com:22',
  sessionId: null,
  stage: null,
  failureCode: sequence === 2 ? 'INTEGRITY' : null,
  detail: `password, version ${sequence}, shown; reason: incident \u001b[31m${sequence}`,
  hash: 'a'.repeat(64),
}));

export const FRAME: ReplayFrame = {
  type: 'frame',
  at: 12_000,
  state: 'paused',
  speed: 1,
  idleLimit: 2000,
  columns: 60,
  rows: 10,
  left: 0,
  top: 0,
  lines: [
    [{ text: 'root@web1', fg: 2, bold: true }, { text: ':~# uptime' }],
    [{ text: ' 19:40:01 up 3 days' }],
    [{ text: 'root@web1', fg: '#10c010' }, { text: ':~# ' }],
  ],
  cursor: { row: 2, column: 13 },
};

/** Services as a plain object: what each answers can be replaced by name. */
export function fakeServices(more: Partial<PortalServices> = {}): PortalServices & {
  readonly sent: ReplayCommand[];
  readonly keyboard: string[];
  replays(message: FromMonitor): void;
  readonly searches: readonly { readonly text: string; readonly filter: object }[];
} {
  const sent: ReplayCommand[] = [];
  const searches: { readonly text: string; readonly filter: object }[] = [];
  const keyboard: string[] = [];
  let listener: (message: FromMonitor) => void = () => undefined;
  return {
    sent,
    searches,
    keyboard,
    replays: (message) => listener(message),
    reason: null,
    configuration: () => Promise.resolve(done({ branding: 'Postern', methods: ['vault'], version: '0.1.0' })),
    login: (user, password) =>
      Promise.resolve(
        user === 'alice' && password.toString() === 'secret' ? done(alice) : failed(failure('LOGIN_REFUSED')),
      ),
    changePassword: () => Promise.resolve(done(null)),
    verifyCode: (code) =>
      Promise.resolve(
        code.toString() === '123456' ? done({ recoveryLeft: null }) : failed(failure('CODE_REFUSED')),
      ),
    secondFactor: () => Promise.resolve(done(FACTOR)),
    beginEnrolment: () => Promise.resolve(done(ENROLMENT)),
    confirmEnrolment: (code) =>
      Promise.resolve(code.toString() === '123456' ? done(RECOVERY_CODES) : failed(failure('CODE_REFUSED'))),
    removeSecondFactor: () => Promise.resolve(done(null)),
    keys: () => Promise.resolve(done(KEYS)),
    addKey: () => Promise.resolve(done(KEYS[0] as KeyRow)),
    removeKey: () => Promise.resolve(done(null)),
    logout: () => Promise.resolve(done(null)),
    destination: () => Promise.resolve(failed(failure('NOT_LOGGED_IN'))),
    accounts: () => Promise.resolve(done(ACCOUNTS)),
    favourite: () => Promise.resolve(done(null)),
    recordings: ({ filter }) =>
      Promise.resolve(
        done(
          RECORDINGS.toSorted((a, b) => b.startedAt - a.startedAt).filter((row) =>
            (filter.any ?? []).every((word) => `${row.account} ${row.user} ${row.outcome}`.includes(word)),
          ),
        ),
      ),
    sessions: () => Promise.resolve(done(SESSIONS)),
    holdRecording: () => Promise.resolve(done(null)),
    deleteRecording: () => Promise.resolve(done(null)),
    endSession: () => Promise.resolve(done(null)),
    suspendSession: () => Promise.resolve(done(null)),
    resumeSession: () => Promise.resolve(done(null)),
    messageSession: () => Promise.resolve(done(null)),
    connect: () =>
      Promise.resolve({ kind: 'failed', failure: failure('TARGET_REFUSED', 'web1.example.com:22') }),
    reattach: () => Promise.resolve({ kind: 'failed', failure: failure('SESSION_GONE') }),
    approveHostKey: () => Promise.resolve(done(null)),
    retrieve: () =>
      Promise.resolve(done({ secret: Buffer.from('Tr0ub4dor&3'), passphrase: Buffer.alloc(0) })),
    addAccount: () => Promise.resolve(done({ id: 'a9' })),
    setAccountSecret: () => Promise.resolve(done(null)),
    setAccount: () => Promise.resolve(done(null)),
    renameAccount: () => Promise.resolve(done(null)),
    deleteAccount: () => Promise.resolve(done(null)),
    users: () => Promise.resolve(done([])),
    addUser: () => Promise.resolve(done(null)),
    setUser: () => Promise.resolve(done(null)),
    disableUser: () => Promise.resolve(done(null)),
    activateUser: () => Promise.resolve(done(null)),
    resetPassword: () => Promise.resolve(done(null)),
    resetSecondFactor: () => Promise.resolve(done(null)),
    addUserKey: () => Promise.resolve(done({ fingerprint: 'SHA256:new' })),
    removeUserKey: () => Promise.resolve(done(null)),
    groups: () => Promise.resolve(done([])),
    addGroup: () => Promise.resolve(done(null)),
    setGroup: () => Promise.resolve(done(null)),
    putInGroup: () => Promise.resolve(done(null)),
    deleteGroup: () => Promise.resolve(done(null)),
    directories: () => Promise.resolve(done([])),
    addMap: () => Promise.resolve(done([])),
    removeMap: () => Promise.resolve(done([])),
    moveMap: () => Promise.resolve(done([])),
    tryDirectory: () => Promise.resolve(done({ steps: [], ok: true })),
    addSafe: () => Promise.resolve(done(null)),
    renameSafe: () => Promise.resolve(done(null)),
    deleteSafe: () => Promise.resolve(done(null)),
    safes: () => Promise.resolve(done(SAFES)),
    platforms: () => Promise.resolve(done(['UnixSSH', 'Appliance'])),
    members: () => Promise.resolve(done(MEMBERS)),
    putMember: (wanted) =>
      Promise.resolve(done({ ...wanted, kind: 'user', permissions: [...PRESETS[wanted.preset]] })),
    removeMember: () => Promise.resolve(done(null)),
    audit: () => Promise.resolve(done(AUDIT)),
    search(text, filter, hear) {
      listener = hear;
      searches.push({ text, filter });
      return { send: () => undefined, close: () => undefined };
    },
    webLink: () =>
      Promise.resolve(
        done({
          url: 'http://127.0.0.1:8722/#0123456789abcdef0123456789abcdef',
          forward: '-L 8722:web:80',
          connect: 'ssh -L 8722:web:80 -p 2222 alice@192.0.2.7',
          minutes: 5,
        }),
      ),
    replay(_id, _size, hear) {
      listener = hear;
      hear({
        type: 'opened',
        durationMs: 187_000,
        markers: [{ at: 60_000, label: 'deploy' }],
        complete: true,
        running: false,
        row: recording('n1'),
      });
      hear(FRAME);
      return { send: (command) => sent.push(command), close: () => (listener = () => undefined) };
    },
    watch(_id, _size, hear) {
      listener = hear;
      return {
        send: (command) => sent.push(command),
        close: () => (listener = () => undefined),
        takeOver: () => keyboard.push('take over'),
        handBack: () => keyboard.push('hand back'),
        type: (bytes) => keyboard.push(bytes.toString()),
      };
    },
    ...more,
  };
}
