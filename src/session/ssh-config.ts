import type { SecretKind } from '#/domain/account.js';
import type { Environment } from '#/domain/environment.js';
import type { HostKey } from '#/domain/host-key.js';
import type { Lendable } from '#/domain/lending.js';
import type { IsolationLevel } from '#/domain/session.js';
import { ANSWER_LOG } from './answers.js';
import { UNANSWERED } from './ending.js';
import { ESCAPE_OPTION } from './escaped-input.js';
import { ORIGIN_LOG } from './origins.js';
import { REFUSAL_LOG } from './refusals.js';

/** Where the client finds the session's sockets and the helper, as it sees them itself. */
export interface ClientPaths {
  readonly session: string;
  readonly inside: string;
}

/** In the box everything has its own short place; with fewer walls the client sees the host's paths. */
export function clientPaths(
  level: IsolationLevel,
  host: { readonly session: string; readonly inside: string },
): ClientPaths {
  return level === 3 ? { session: '/s', inside: '/bin/inside' } : host;
}

/** The alias under which the target's key is looked up: the client never sees the real address. */
export const ALIAS = 'target';

export interface ClientConfig {
  readonly paths: ClientPaths;
  readonly user: string;
  readonly port: number;
  readonly secretKind: SecretKind;
  readonly hostKey: HostKey;
  /** What the target is asked to set. */
  readonly environment: Environment;
  readonly keepAliveSeconds: number;
  /** What the target may use of the person's, on sockets of the session's directory. */
  readonly lent: readonly Lendable[];
}

/** The configuration of the session's client. Nothing from the home or from /etc is read beside it. */
export function sshConfig(config: ClientConfig): string {
  const password = config.secretKind === 'password';
  const lent = config.lent.includes('agent');
  const x11 = config.lent.includes('x11');
  return render([
    ...common(config.paths, config.user, config.port),
    // it counts on a terminal only: escaped-input.ts
    ['EscapeChar', ESCAPE_OPTION],
    ['ServerAliveInterval', String(config.keepAliveSeconds)],
    ['ServerAliveCountMax', String(UNANSWERED)],
    ['HostKeyAlgorithms', hostKeyAlgorithms(config.hostKey.type)],
    ['PreferredAuthentications', password ? 'password,keyboard-interactive' : 'publickey'],
    ['PasswordAuthentication', yes(password)],
    ['KbdInteractiveAuthentication', yes(password)],
    ['PubkeyAuthentication', yes(!password)],
    ['NumberOfPasswordPrompts', '1'],
    // with it the client would not use its askpass
    ['BatchMode', yes(!password)],
    ['IdentityAgent', password && !lent ? 'none' : `${config.paths.session}/agent`],
    // another one than that which signs the login; the client forwards none unless that one's socket is there, too
    ['ForwardAgent', lent ? `${config.paths.session}/lent` : 'no'],
    // whether the target is to be trusted with the display is said at the person's end, by ssh -X or -Y
    ['ForwardX11', yes(x11)],
    ...(x11 ? X11 : []),
    ['PermitLocalCommand', 'yes'],
    ['LocalCommand', `${config.paths.inside} up ${config.paths.session}`],
    ...setEnv(config.environment),
  ]);
}

/** The same for a login that carries channels: what each of them sends of its environment is said with it (native/share.h). */
export function loginConfig(config: Omit<ClientConfig, 'environment'>): string {
  return (
    sshConfig({ ...config, environment: {} }) +
    render([
      ['SendEnv', 'LANG LC_*'],
      ['LogVerbose', `${REFUSAL_LOG},${ORIGIN_LOG},${ANSWER_LOG}`],
    ])
  );
}

/** The configuration of a look at the host key: the client stops before it says who it is. */
export function probeConfig(config: { readonly paths: ClientPaths; readonly port: number }): string {
  return render([
    ...common(config.paths, 'nobody', config.port),
    ['EscapeChar', 'none'],
    ['HostKeyAlgorithms', hostKeyAlgorithms(null)],
    ['PreferredAuthentications', 'none'],
    ['PasswordAuthentication', 'no'],
    ['KbdInteractiveAuthentication', 'no'],
    ['PubkeyAuthentication', 'no'],
    ['NumberOfPasswordPrompts', '0'],
    ['BatchMode', 'yes'],
    ['IdentityAgent', 'none'],
    ['ForwardAgent', 'no'],
    ['ForwardX11', 'no'],
    ['PermitLocalCommand', 'no'],
  ]);
}

type Option = readonly [name: string, value: string];

/** The cookie that the target is given is the client's own invention: of the person's it knows none. */
const X11: readonly Option[] = [
  ['ForwardX11Trusted', 'yes'],
  ['XAuthLocation', '/nonexistent'],
];

function common(paths: ClientPaths, user: string, port: number): readonly Option[] {
  return [
    ['HostName', ALIAS],
    ['Port', String(port)],
    ['User', user],
    ['HostKeyAlias', ALIAS],
    ['ProxyCommand', `${paths.inside} dial ${paths.session}`],
    ['ProxyUseFdpass', 'yes'],
    ['KnownHostsCommand', `${paths.inside} hostkey ${paths.session} %t %K`],
    ['UserKnownHostsFile', 'none'],
    ['GlobalKnownHostsFile', 'none'],
    ['StrictHostKeyChecking', 'yes'],
    ['UpdateHostKeys', 'no'],
    ['VerifyHostKeyDNS', 'no'],
    ['CheckHostIP', 'no'],
    ['HashKnownHosts', 'no'],
    ['IdentityFile', 'none'],
    ['CertificateFile', 'none'],
    ['PKCS11Provider', 'none'],
    ['IdentitiesOnly', 'no'],
    ['AddKeysToAgent', 'no'],
    ['HostbasedAuthentication', 'no'],
    ['GSSAPIAuthentication', 'no'],
    ['IgnoreUnknown', 'EnableEscapeCommandline,LogVerbose'],
    ['EnableEscapeCommandline', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['Tunnel', 'no'],
    ['ControlMaster', 'no'],
    ['ControlPath', 'none'],
    ['ControlPersist', 'no'],
    ['CanonicalizeHostname', 'no'],
    ['Compression', 'no'],
    // most processors have AES built in, where ChaCha20, the client's first choice, costs three times as much
    ['Ciphers', '^aes128-gcm@openssh.com,aes256-gcm@openssh.com'],
    ['ConnectTimeout', '15'],
    ['ConnectionAttempts', '1'],
    ['LogLevel', 'ERROR'],
  ];
}

const FAMILIES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
] as const;

/**
 * The pinned key's own algorithms first, so that a target with several keys shows that one; the others after it, so that
 * a target that lost it shows what it has instead, and the refusal can name both.
 */
export function hostKeyAlgorithms(pinned: string | null): string {
  const order = pinned === null ? FAMILIES : [pinned, ...FAMILIES.filter((one) => one !== pinned)];
  return order.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type])).join(',');
}

/** One option a line. A value that could begin another line, or another word where only one belongs, never gets this far. */
function render(options: readonly Option[]): string {
  return options.map(([name, value]) => `${name} ${argument(name, value)}\n`).join('');
}

/** One option for all of them: of several with this name the client takes the first. Its words may have quotes in them. */
function setEnv(environment: Environment): readonly Option[] {
  const words = Object.entries(environment).map(
    ([name, value]) => `"${name}=${value.replaceAll(/["\\]/g, '\\$&')}"`,
  );
  return words.length === 0 ? [] : [['SetEnv', words.join(' ')]];
}

const WHOLE_LINE = new Set(['ProxyCommand', 'KnownHostsCommand', 'LocalCommand', 'SetEnv', 'SendEnv']);

function argument(name: string, value: string): string {
  if ((name === 'SetEnv' ? /\p{Cc}/u : /[\p{Cc}"\\]/u).test(value) || value === '')
    throw new RangeError(`${name} has a character that the client's configuration cannot carry`);
  return WHOLE_LINE.has(name) ? value : `"${value}"`;
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no';
}
