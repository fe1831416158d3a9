import { hostname } from 'node:os';
import type { Command } from 'commander';
import { homePath } from '#/configuration/home.js';
import { parseListen } from '#/configuration/listen.js';
import { readConfiguration } from '#/configuration/read-configuration.js';
import type { Configuration } from '#/configuration/schema.js';
import { DELIMITERS } from '#/domain/destination.js';
import { failure } from '#/domain/failure.js';
import { checkName, checkPort } from '#/domain/names.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { leaf } from '../leaf.js';
import { printJson } from '../output.js';
import { type Bastion, sshAliases, sshConfigText } from '../ssh-config-text.js';

interface Options {
  readonly user?: string;
  readonly host?: string;
  readonly port?: string;
  readonly multiplex?: true;
  readonly home?: string;
}

export function sshConfigCommand(program: Command): void {
  leaf<Options>(
    program
      .command('ssh-config')
      .description("print an OpenSSH client configuration: one host alias for each account of a user's")
      .option('--user <name>', 'whose accounts (default: who runs this)')
      .option('--host <name>', 'the bastion, as clients reach it (default: the name of this host)')
      .option('--port <number>', 'its port (default: that of the configuration)')
      .option('--multiplex', 'keep one connection for many commands'),
    async ({ admin, json }, options) => {
      const bastion = bastionOf(options);
      if (!bastion.ok) return bastion;
      const outcome = await admin.ask('admin.user.accounts', { name: options.user ?? whoRuns() });
      if (!outcome.ok) return outcome;
      const { user, accounts } = outcome.value;
      const aliases = sshAliases(user, accounts, bastion.value.delimiters);
      if (json) printJson(aliases);
      else process.stdout.write(sshConfigText(user, aliases, bastion.value));
      return outcome;
    },
  );
}

function whoRuns(): string {
  return process.env['SUDO_USER'] ?? process.env['USER'] ?? '';
}

function bastionOf({ host = hostname(), port, multiplex, home }: Options): Outcome<Bastion> {
  const read = readConfiguration(homePath(home, process.env), process.env);
  const configuration = read.ok ? read.value : null;
  const named = checkName('address', host);
  if (!named.ok) return failed(failure('BAD_INPUT', `--host ${named.why}`));
  const number = checkPort(port === undefined ? portOf(configuration) : Number(port));
  if (number === null) return failed(failure('BAD_INPUT', 'name the port of the bastion: --port'));
  const [parts = DELIMITERS.parts, detail = DELIMITERS.detail] = configuration?.userNameDelimiters ?? '';
  return done({
    host: named.name,
    port: number,
    delimiters: { parts, detail },
    multiplex: multiplex === true,
  });
}

function portOf(configuration: Configuration | null): number {
  return (configuration === null ? null : parseListen(configuration.listen))?.port ?? 0;
}
