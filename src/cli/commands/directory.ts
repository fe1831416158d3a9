import type { Command } from 'commander';
import type { DirectorySettings } from '#/contract/directory-calls.js';
import type { DirectoryRow } from '#/contract/directory-rows.js';
import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { secretFromFileOrStdin } from '../bind-password.js';
import { fileBytes } from '../input.js';
import { leaf } from '../leaf.js';
import { printJson, printLine, printList } from '../output.js';
import { directoryMapCommands } from './directory-map.js';
import { directoryTestCommand } from './directory-test.js';

interface SettingOptions {
  readonly server: readonly string[];
  readonly base?: string;
  readonly bindDn?: string;
  readonly bindPasswordStdin?: true;
  readonly bindPasswordFile?: string;
  readonly ca?: string;
  readonly kind?: string;
  readonly userAttribute: readonly string[];
  readonly userClass?: string;
  readonly keyAttribute?: string;
  readonly groupBase?: string;
  readonly nested?: string;
  readonly timeout?: string;
  readonly allowPlain?: true;
  readonly encrypted?: true;
  readonly default?: true;
  readonly enable?: true;
  readonly disable?: true;
}

/** What each kind of directory usually has. */
const USUAL = {
  'active-directory': {
    userClass: 'user',
    userAttributes: ['sAMAccountName', 'userPrincipalName'],
    nested: 'chain',
  },
  openldap: { userClass: 'inetOrgPerson', userAttributes: ['uid'], nested: 'walk' },
} as const;

export function directoryCommands(program: Command): void {
  const directory = program
    .command('directory')
    .description('LDAP directories and Active Directory: who logs in through them');
  leaf<SettingOptions>(
    settingOptions(
      directory.command('add <name>').description('add a directory; people log in as user@NAME'),
    ),
    async ({ admin, json }, options, name = '') => {
      const settings = settingsOf(options, options.kind ?? 'openldap');
      if (!settings.ok) return settings;
      const { servers, base } = settings.value;
      if (servers === undefined || base === undefined || options.bindDn === undefined)
        return failed(failure('BAD_INPUT', 'a directory needs --server, --base and --bind-dn'));
      const password = await secretFromFileOrStdin(options, true);
      if (!password.ok) return password;
      const whole = { ...defaults(options.kind), ...settings.value, servers, base };
      const args = { name, bindDn: options.bindDn, preset: options.default === true, settings: whole };
      const outcome = await admin.ask('admin.directory.add', args, password.value);
      if (outcome.ok)
        json
          ? printJson(outcome.value)
          : printLine(`${name} was added; try it: postern directory test ${name}`);
      return outcome;
    },
  );
  leaf<SettingOptions>(
    settingOptions(directory.command('set <name>').description('change what is given; the rest stays'))
      .option('--encrypted', 'no plain LDAP any more')
      .option('--enable', 'people may log in')
      .option('--disable', 'nobody may; who is in, leaves within a minute'),
    async ({ admin, json }, options, name = '') => {
      const settings = settingsOf(options, options.kind);
      if (!settings.ok) return settings;
      const password = await secretFromFileOrStdin(options, false);
      if (!password.ok) return password;
      const args = {
        name,
        ...(options.bindDn === undefined ? {} : { bindDn: options.bindDn }),
        ...(options.default === undefined ? {} : { preset: true }),
        ...(options.enable === undefined && options.disable === undefined
          ? {}
          : { enabled: options.enable === true }),
        settings: settings.value,
      };
      const outcome = await admin.ask('admin.directory.set', args, password.value);
      if (outcome.ok) json ? printJson(outcome.value) : printLine(`${name} was changed`);
      return outcome;
    },
  );
  listing(directory);
  leaf(
    directory
      .command('remove <name>')
      .description('remove a directory; its people are logged out, their sessions end'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.directory.remove', { name });
      if (outcome.ok) json ? printJson({ name }) : printLine(`${name} was removed`);
      return outcome;
    },
  );
  leaf(
    directory.command('rotate <name>').description('give the bind user a password that nobody knows'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.directory.rotate', { name });
      if (outcome.ok) json ? printJson({ name }) : printLine(`the bind user of ${name} has a new password`);
      return outcome;
    },
  );
  directoryTestCommand(directory);
  directoryMapCommands(directory);
}

function listing(directory: Command): void {
  leaf(directory.command('list').description('all directories'), async ({ admin, json }) => {
    const list = { json, empty: 'no directories' };
    return printList(await admin.ask('admin.directory.list', {}), list, {
      NAME: (row) => row.name,
      SERVERS: serversText,
      BASE: (row) => row.settings.base,
      TLS: (row) => !row.settings.plain,
      ENABLED: (row) => row.enabled,
      DEFAULT: (row) => row.preset,
      PEOPLE: (row) => row.people,
    });
  });
  leaf(
    directory.command('show <name>').description('one directory with its maps'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.directory.list', {});
      if (!outcome.ok) return outcome;
      const row = outcome.value.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (row === undefined) return failed(failure('NOT_FOUND', `Directory ${name}`));
      if (json) printJson(row);
      else for (const line of shown(row)) printLine(line);
      return outcome;
    },
  );
}

function serversText({ settings }: DirectoryRow): string {
  return settings.servers.map(({ host, port }) => `${host}:${port}`).join(', ');
}

function shown(row: DirectoryRow): readonly string[] {
  const { settings, maps } = row;
  const lines = {
    name: row.name,
    enabled: row.enabled ? 'yes' : 'no',
    'on the login screen': row.preset ? 'first' : 'after the others',
    kind: settings.kind,
    servers: serversText(row),
    TLS: settings.plain
      ? 'NO: passwords cross the network in clear'
      : settings.ca === null
        ? 'public authorities'
        : 'an authority of its own',
    base: settings.base,
    'bind user': row.bindDn,
    people: `class ${settings.userClass}, found by ${settings.userAttributes.join(', ')}`,
    'SSH keys':
      settings.keyAttribute === null ? 'not from the directory' : `in ${settings.keyAttribute} of the person`,
    groups: `below ${settings.groupBase ?? settings.base}, nested: ${settings.nested}`,
    timeout: `${settings.timeout / 1000} s a step`,
    'people so far': String(row.people),
  };
  const rules = maps.map(
    (map) =>
      `  ${map.position}. ${map.rule}: groups ${map.groups.join(', ') || 'none'}${map.rights.length > 0 ? `; rights ${map.rights.join(', ')}` : ''}`,
  );
  return [
    ...Object.entries(lines).map(([key, value]) => `${key.padEnd(20)}${value}`),
    'maps, the first that fits counts:',
    ...(rules.length === 0 ? ['  none: nobody can log in'] : rules),
  ];
}

function settingOptions(command: Command): Command {
  return command
    .option(
      '--server <host[:port]>',
      'a server, port 636; repeat in the order in which they are tried',
      collect,
      [],
    )
    .option('--base <dn>', 'where people are searched')
    .option('--bind-dn <dn>', 'who searches; the account lies in safe VaultInternal')
    .option('--bind-password-stdin', 'read the password of the bind user from standard input')
    .option('--bind-password-file <file>', 'read it from a file')
    .option('--ca <file>', 'PEM of the authorities of this directory; "system" for the public ones')
    .option('--kind <kind>', 'active-directory or openldap (default)')
    .option('--user-attribute <name>', 'people are found by it; the first names them; repeat', collect, [])
    .option('--user-class <name>', 'object class of people')
    .option(
      '--key-attribute <name>',
      "where people's SSH public keys are, such as sshPublicKey; none: no keys",
    )
    .option('--group-base <dn>', 'where groups are searched (default: the base)')
    .option('--nested <how>', 'groups in groups: chain (Active Directory), walk or off')
    .option('--timeout <seconds>', 'for each step with a server (default 5)')
    .option('--allow-plain', 'no TLS: passwords cross the network in clear')
    .option('--default', 'the login screen offers it first');
}

function defaults(kind = 'openldap'): Omit<DirectorySettings, 'servers' | 'base'> {
  const known = kind === 'active-directory' ? 'active-directory' : 'openldap';
  const { userClass, userAttributes, nested } = USUAL[known];
  return {
    kind: known,
    userClass,
    userAttributes: [...userAttributes],
    nested,
    plain: false,
    ca: null,
    keyAttribute: null,
    groupBase: null,
    timeout: 5000,
  };
}

function settingsOf(options: SettingOptions, kind: string | undefined): Outcome<Partial<DirectorySettings>> {
  const bad = (what: string) => failed(failure('BAD_INPUT', what));
  if (kind !== undefined && !(kind in USUAL)) return bad('--kind is active-directory or openldap');
  const { nested } = options;
  if (nested !== undefined && nested !== 'chain' && nested !== 'walk' && nested !== 'off')
    return bad('--nested is chain, walk or off');
  const seconds = options.timeout === undefined ? undefined : Number(options.timeout);
  if (seconds !== undefined && !(seconds >= 0.2 && seconds <= 60))
    return bad('--timeout is 0.2 to 60 seconds');
  const servers = options.server.map((text) => serverOf(text, options.allowPlain === true));
  if (servers.includes(null)) return bad('--server is HOST or HOST:PORT');
  const ca = options.ca === undefined ? undefined : caOf(options.ca);
  if (ca !== undefined && !ca.ok) return ca;
  return {
    ok: true,
    value: {
      ...(options.kind === undefined ? {} : { kind: options.kind as DirectorySettings['kind'] }),
      ...(servers.length === 0 ? {} : { servers: servers.filter((one) => one !== null) }),
      ...(options.base === undefined ? {} : { base: options.base }),
      ...(ca === undefined ? {} : { ca: ca.value }),
      ...(options.userAttribute.length === 0 ? {} : { userAttributes: [...options.userAttribute] }),
      ...(options.userClass === undefined ? {} : { userClass: options.userClass }),
      ...(options.keyAttribute === undefined
        ? {}
        : { keyAttribute: options.keyAttribute === 'none' ? null : options.keyAttribute }),
      ...(options.groupBase === undefined ? {} : { groupBase: options.groupBase }),
      ...(nested === undefined ? {} : { nested }),
      ...(seconds === undefined ? {} : { timeout: Math.round(seconds * 1000) }),
      ...(options.allowPlain === true ? { plain: true } : options.encrypted === true ? { plain: false } : {}),
    },
  };
}

function caOf(path: string): Outcome<string | null> {
  if (path === 'system') return { ok: true, value: null };
  const file = fileBytes(path);
  if (!file.ok) return file;
  const text = file.value.toString('latin1');
  return /-----BEGIN CERTIFICATE-----/.test(text)
    ? { ok: true, value: text }
    : failed(failure('BAD_INPUT', `${path} has no certificate in PEM`));
}

function serverOf(text: string, plain: boolean): { readonly host: string; readonly port: number } | null {
  const parts = /^(?:ldaps?:\/\/)?(\[[0-9a-fA-F:.]+\]|[^:[\]/]+)(?::(\d{1,5}))?\/?$/.exec(text);
  if (parts === null || (/^ldap:/.test(text) && !plain)) return null;
  const host = (parts[1] ?? '').replace(/^\[|\]$/g, '');
  return { host, port: Number(parts[2] ?? (plain ? 389 : 636)) };
}

function collect(one: string, before: readonly string[]): readonly string[] {
  return [...before, one];
}
