import type { Command } from 'commander';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { failure, oneLine } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { fileBytes, hostKeyOf, portOf, secretFromStdin } from '../input.js';
import { leaf } from '../leaf.js';
import { printJson, printLine, printList } from '../output.js';
import { printPolicy, setCommands } from '../policy-settings.js';
import { retrieveCommand } from './account-retrieve.js';

interface SecretOptions {
  readonly passwordStdin?: true;
  readonly keyFile?: string;
  readonly passphraseFile?: string;
}
interface AddOptions extends SecretOptions {
  readonly safe: string;
  readonly platform: string;
  readonly address: string;
  readonly port?: string;
  readonly user: string;
  readonly hostKey?: string;
}
interface UpdateOptions extends SecretOptions {
  readonly address?: string;
  readonly port?: string;
  readonly user?: string;
  readonly platform?: string;
  readonly hostKey?: string;
  readonly forgetHostKey?: true;
  readonly disable?: string;
  readonly enable?: true;
}

export function accountCommands(program: Command): void {
  const account = program.command('account').description('accounts: whom sessions log in as, and where');
  addCommand(account);
  leaf<{ readonly safe?: string }>(
    account.command('list').description('all accounts').option('--safe <safe>', 'of this safe only'),
    async ({ admin, json }, options) => {
      const list = { json, empty: 'no accounts' };
      return printList(
        await admin.ask('admin.account.list', options.safe === undefined ? {} : { safe: options.safe }),
        list,
        {
          ID: (row) => row.id,
          SAFE: (row) => row.safe,
          ACCOUNT: (row) => row.account,
          PORT: (row) => row.port,
          SECRET: (row) =>
            row.secretVersion === null ? row.secretKind : `${row.secretKind} v${row.secretVersion}`,
          'HOST KEY': (row) => row.hostKey?.fingerprint ?? null,
          DISABLED: (row) => row.disabledWhy,
        },
      );
    },
  );
  leaf(
    account.command('show <account>').description('one account, by id or user@address'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.account.show', { account: name });
      if (!outcome.ok) return outcome;
      const policy = await admin.ask('admin.policy.show', { level: 'account', of: outcome.value.id });
      if (!policy.ok) return policy;
      if (json) printJson({ ...outcome.value, policy: policy.value });
      else {
        printFields(outcome.value);
        printPolicy(policy.value);
      }
      return outcome;
    },
  );
  updateCommand(account);
  setCommands(account, 'account');
  retrieveCommand(account);
  leaf(
    account.command('delete <account>').description('delete an account and its secret'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.account.delete', { account: name });
      if (outcome.ok) json ? printJson({ account: name }) : printLine(`${name} is deleted`);
      return outcome;
    },
  );
  importCommand(account);
}

function addCommand(account: Command): void {
  const command = account
    .command('add')
    .description('add an account; prints the new id; the secret comes from standard input or a file')
    .requiredOption('--safe <safe>')
    .requiredOption('--address <address>', 'host name or IP address')
    .requiredOption('--user <user>', 'user name on the target')
    .option('--platform <platform>', 'one of: postern platform list', 'UnixSSH')
    .option('--port <port>', "default: the platform's")
    .option('--host-key <"TYPE BASE64">', 'pin this host key');
  leaf<AddOptions>(withSecret(command), async ({ admin, json }, options) => {
    const [port, hostKey, secret] = [
      portOf(options.port),
      hostKeyOf(options.hostKey),
      await secretOf(options),
    ];
    if (!port.ok) return port;
    if (!hostKey.ok) return hostKey;
    if (!secret.ok) return secret;
    if (secret.value === null)
      return failed(failure('BAD_INPUT', 'give one of --password-stdin and --key-file'));
    const { kind, payload } = secret.value;
    const outcome = await admin.ask(
      'admin.account.add',
      {
        safe: options.safe,
        platform: options.platform,
        address: options.address,
        port: port.value,
        user: options.user,
        secretKind: kind,
        hostKey: hostKey.value,
      },
      payload,
    );
    payload.fill(0);
    if (outcome.ok) json ? printJson(outcome.value) : printLine(outcome.value.id);
    return outcome;
  });
}

function updateCommand(account: Command): void {
  const command = account
    .command('update <account>')
    .description('change an account, by id or user@address')
    .option('--address <address>')
    .option('--user <user>')
    .option('--port <port>')
    .option('--platform <platform>', 'one of: postern platform list')
    .option('--host-key <"TYPE BASE64">', 'pin this host key')
    .option('--forget-host-key', 'pin none: the next connection asks')
    .option('--disable <why>', 'nobody may use it; people read why')
    .option('--enable');
  leaf<UpdateOptions>(withSecret(command), async ({ admin, json }, options, name = '') => {
    const [port, hostKey, secret] = [
      portOf(options.port),
      hostKeyOf(options.hostKey),
      await secretOf(options),
    ];
    if (!port.ok) return port;
    if (!hostKey.ok) return hostKey;
    if (!secret.ok) return secret;
    const disabledWhy =
      options.enable === true
        ? { disabledWhy: null }
        : options.disable === undefined
          ? {}
          : { disabledWhy: options.disable };
    const outcome = await admin.ask(
      'admin.account.update',
      {
        account: name,
        ...(options.address === undefined ? {} : { address: options.address }),
        ...(options.user === undefined ? {} : { user: options.user }),
        ...(options.platform === undefined ? {} : { platform: options.platform }),
        ...(port.value === null ? {} : { port: port.value }),
        ...(options.forgetHostKey === true
          ? { hostKey: null }
          : hostKey.value === null
            ? {}
            : { hostKey: hostKey.value }),
        ...(secret.value === null ? {} : { secretKind: secret.value.kind }),
        ...disabledWhy,
      },
      secret.value?.payload,
    );
    secret.value?.payload.fill(0);
    if (outcome.ok) json ? printJson(outcome.value) : printFields(outcome.value);
    return outcome;
  });
}

function importCommand(account: Command): void {
  leaf<{ readonly dryRun?: true }>(
    account
      .command('import <file.csv>')
      .description(
        'add accounts from a CSV file: all of them or none; header safe,platform,user,address,port,password,hostKey',
      )
      .option('--dry-run', 'check only'),
    async ({ admin, json }, options, file = '') => {
      const bytes = fileBytes(file);
      if (!bytes.ok) return bytes;
      const outcome = await admin.ask(
        'admin.account.import',
        { dryRun: options.dryRun === true },
        bytes.value,
      );
      bytes.value.fill(0);
      if (!outcome.ok) return outcome;
      const { rows, added, problems } = outcome.value;
      if (json) printJson(outcome.value);
      else {
        // columns and names are the file's, and whoever wrote it is not asked to be kind to terminals
        for (const one of problems)
          process.stderr.write(`${oneLine(`${file}:${one.line}: ${one.column}: ${one.message}`, 1000)}\n`);
        printLine(
          problems.length > 0
            ? `nothing was added: ${problems.length} problem(s) in ${rows} row(s)`
            : options.dryRun === true
              ? `${rows} row(s) are fine; nothing was added (dry run)`
              : `${added} account(s) added`,
        );
      }
      return problems.length > 0
        ? failed(failure('BAD_INPUT', `${file} has ${problems.length} problem(s); nothing was added`))
        : outcome;
    },
  );
}

function withSecret(command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from standard input')
    .option('--key-file <file>', 'private key, OpenSSH or PEM')
    .option('--passphrase-file <file>', "the key's passphrase");
}

/** The secret as it travels, or null when none is given. */
async function secretOf(
  options: SecretOptions,
): Promise<Outcome<{ readonly kind: 'password' | 'key'; readonly payload: Buffer } | null>> {
  if (options.passwordStdin === true && options.keyFile !== undefined)
    return failed(failure('BAD_INPUT', 'give one of --password-stdin and --key-file'));
  if (options.passwordStdin === true) {
    const password = await secretFromStdin('password');
    if (!password.ok) return password;
    const payload = encodeSecretPayload(password.value, Buffer.alloc(0));
    password.value.fill(0);
    return { ok: true, value: { kind: 'password', payload } };
  }
  if (options.keyFile === undefined) return { ok: true, value: null };
  const key = fileBytes(options.keyFile);
  if (!key.ok) return key;
  const passphrase: Outcome<Buffer> =
    options.passphraseFile === undefined
      ? { ok: true, value: Buffer.alloc(0) }
      : fileBytes(options.passphraseFile);
  if (!passphrase.ok) return passphrase;
  const line = passphrase.value.at(-1) === 10 ? passphrase.value.subarray(0, -1) : passphrase.value;
  const payload = encodeSecretPayload(key.value, line);
  for (const one of [key.value, passphrase.value]) one.fill(0);
  return { ok: true, value: { kind: 'key', payload } };
}

function printFields(row: object): void {
  for (const [name, value] of Object.entries(row) as [string, unknown][])
    printLine(`${name}: ${inWords(value)}`);
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'object')
    return Object.values<unknown>({ ...value })
      .map(inWords)
      .join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
