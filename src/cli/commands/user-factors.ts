import type { Command } from 'commander';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import { fileBytes } from '../input.js';
import { leaf } from '../leaf.js';
import { printJson, printLine, printTable } from '../output.js';

/** By what else than a password a user is known: his keys. */
export function userKeyCommands(user: Command): void {
  const key = user.command('key').description("a user's SSH public keys");
  leaf<{ readonly file: string; readonly verifyRequired?: true }>(
    key
      .command('add <name>')
      .description('register a public key')
      .requiredOption('--file <pub>', 'the .pub file')
      .option('--verify-required', 'a security key that must see its owner (PIN or finger) each time'),
    async ({ admin, json }, options, name = '') => {
      const bytes = fileBytes(options.file);
      if (!bytes.ok) return bytes;
      const outcome = await admin.ask('admin.user.key.add', {
        name,
        key: `${options.verifyRequired === true ? 'verify-required ' : ''}${bytes.value.toString('utf8').trim()}`,
      });
      if (outcome.ok) json ? printJson(outcome.value) : printLine(outcome.value.fingerprint);
      return outcome;
    },
  );
  leaf(
    key.command('list <name>').description("a user's public keys"),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.user.list', {});
      if (!outcome.ok) return outcome;
      const found = outcome.value.find((row) => row.name.toLowerCase() === name.toLowerCase());
      if (found === undefined) return failed(failure('NOT_FOUND', `User ${name}`));
      if (json) printJson(found.publicKeys);
      else
        printTable(
          found.publicKeys,
          {
            FINGERPRINT: (row) => row.fingerprint,
            TYPE: (row) => row.type,
            'VERIFY REQUIRED': (row) => row.verifyRequired,
            COMMENT: (row) => row.comment,
          },
          'no keys',
        );
      return outcome;
    },
  );
  leaf(
    key.command('remove <name> <fingerprint>').description('remove a public key'),
    async ({ admin, json }, _options, name = '', fingerprint = '') => {
      const outcome = await admin.ask('admin.user.key.remove', { name, fingerprint });
      if (outcome.ok) json ? printJson({ name, fingerprint }) : printLine(`${fingerprint} is removed`);
      return outcome;
    },
  );
}

export function secondFactorCommands(user: Command): void {
  const factor = user.command('second-factor').description("a user's second factor");
  leaf(
    factor
      .command('reset <name>')
      .description('forget the authenticator and the recovery codes of a user, and log him out'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.user.secondFactor.reset', { name });
      if (outcome.ok) json ? printJson({ name }) : printLine(`${name} has no second factor any more`);
      return outcome;
    },
  );
}
