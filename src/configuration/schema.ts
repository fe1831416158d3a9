import { z } from 'zod';
import { parseListen } from './listen.js';

const minutes = z.int().min(0).max(100_000);
const megabytes = z.int().min(32).max(65_536);
const path = z.string().startsWith('/').max(4096);

const listen = z.string().refine((text) => parseListen(text) !== null);

const memory = z.strictObject({
  vault: megabytes.default(384),
  directory: megabytes.default(192),
  portal: megabytes.default(384),
  session: megabytes.default(384),
  recorder: megabytes.default(192),
  monitor: megabytes.default(384),
});

/** A public key as it stands in a .pub file. */
const AUTHORITY = /^(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}(?: .*)?$/;
/** What parts an ssh user name: nothing that means something to shells or patterns. */
const DELIMITERS = /^([@+=~^,:#])(?!\1)[@+=~^,:#]$/;
const groups = z.array(z.string().min(1).max(512)).max(100);
const liveGroups = z.strictObject({
  control: groups.default([]),
  suspend: groups.default(['PSMLiveSessionTerminators']),
  terminate: groups.default(['PSMLiveSessionTerminators']),
});

/**
 * HOME/config.json. Every key has a default; one that is not here does not exist.
 * Minutes: 0 is "no limit". `memoryMb` is the JavaScript heap of one process, over which it is ended and started anew.
 */
export const schema = z.strictObject({
  listen: listen.default('127.0.0.1:2222'),
  recordings: path.optional(),
  portals: z.int().min(1).max(64).default(2),
  sessionHosts: z.int().min(1).max(64).default(2),
  branding: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u)
    .default('Postern'),
  idleMinutes: minutes.default(30),
  maximumMinutes: minutes.default(0),
  graceMinutes: minutes.default(5),
  maxSessions: z.int().min(0).max(100_000).default(0),
  maxSessionsPerUser: z.int().min(0).max(100_000).default(0),
  hostKeyPolicy: z.enum(['ask', 'tofu', 'strict']).default('ask'),
  recordInput: z.boolean().default(false),
  shadowUidFirst: z.int().min(100_000).max(2_147_000_000).optional(),
  shadowUidCount: z.int().min(16).max(1_000_000).default(65_536),
  minimumIsolation: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).default(3),
  masterKeyPath: path.optional(),
  masterKeyMode: z.enum(['file', 'passphrase', 'systemd-credential']).default('file'),
  spoolReserveMb: z.int().min(0).max(1_000_000).default(200),
  profileLimitMb: z.int().min(1).max(100_000).default(64),
  loginGraceSeconds: z.int().min(5).max(3600).default(120),
  keepAliveSeconds: z.int().min(1).max(3600).default(15),
  maxStartups: z
    .string()
    .regex(/^[1-9]\d{0,3}:(100|[1-9]?\d):[1-9]\d{0,3}$/)
    .default('100:30:300'),
  userNameDelimiters: z.string().regex(DELIMITERS).default('@#'),
  userCertificateAuthorities: z.array(z.string().regex(AUTHORITY).max(33_000)).max(100).default([]),
  credentialRotationMinutes: minutes.default(1440),
  watchdogSeconds: z.int().min(2).max(600).default(5),
  drainSeconds: z.int().min(1).max(3600).default(20),
  memoryMb: memory.prefault({}),
  liveGroups: liveGroups.prefault({}),
  auditHeadsPath: path.optional(),
  demo: z.boolean().default(true),
});
export type Configuration = z.infer<typeof schema>;

/** What each key takes, in words that follow "allowed: ". */
export const ALLOWED: Readonly<Record<keyof Configuration, string>> = {
  listen: 'ADDRESS:PORT, such as "127.0.0.1:2222" or "[::]:22"; port 0 takes any free one',
  recordings: 'an absolute path',
  portals: 'a whole number from 1 to 64',
  sessionHosts: 'a whole number from 1 to 64',
  branding: '1 to 64 visible characters',
  idleMinutes: 'a whole number of minutes from 0 (no limit) to 100000',
  maximumMinutes: 'a whole number of minutes from 0 (no limit) to 100000',
  graceMinutes: 'a whole number of minutes from 0 (no limit) to 100000',
  maxSessions: 'a whole number from 0 (no limit) to 100000',
  maxSessionsPerUser: 'a whole number from 0 (no limit) to 100000',
  hostKeyPolicy: '"ask", "tofu" or "strict"',
  recordInput: 'true or false',
  shadowUidFirst: 'a whole number from 100000 to 2147000000',
  shadowUidCount: 'a whole number from 16 to 1000000',
  minimumIsolation: '3 (box), 2 (ids, Landlock, seccomp), 1 (ids) or 0 (none)',
  masterKeyPath: 'an absolute path',
  masterKeyMode: '"file", "passphrase" or "systemd-credential"',
  spoolReserveMb: 'a whole number of megabytes from 0 to 1000000',
  profileLimitMb: 'a whole number of megabytes from 1 to 100000',
  keepAliveSeconds: 'a whole number of seconds from 1 to 3600',
  loginGraceSeconds: 'a whole number of seconds from 5 to 3600',
  maxStartups: 'START:PERCENT:FULL as in sshd_config, such as "100:30:300"',
  userNameDelimiters:
    'two different characters of @ + = ~ ^ , : #, such as "@#": between user and target, and before a port or domain',
  userCertificateAuthorities: 'a list of public keys, each as it stands in its .pub file',
  credentialRotationMinutes: 'a whole number of minutes from 0 (never by itself) to 100000',
  watchdogSeconds: 'a whole number of seconds from 2 to 600',
  drainSeconds: 'a whole number of seconds from 1 to 3600',
  memoryMb:
    'an object of vault, portal, session, recorder and monitor, each a whole number of megabytes from 32 to 65536',
  liveGroups:
    'an object of control, suspend and terminate, each a list of names of groups that may do so with sessions of others',
  auditHeadsPath:
    'an absolute path: a file, or a folder that is there, to which signed heads of the audit are appended',
  demo: 'true or false',
};
