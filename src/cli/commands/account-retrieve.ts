import type { Command } from 'commander';
import { decodeSecretPayload } from '#/contract/secret-payload.js';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import { leaf } from '../leaf.js';
import { escapeControls, isPlainText } from '../output.js';

/** The only command that prints a secret: the bytes as they are, and a line end when somebody reads them. */
export function retrieveCommand(account: Command): void {
  leaf<{ readonly reason: string }>(
    account
      .command('retrieve <account>')
      .description("print an account's secret; the audit says who, which and why")
      .requiredOption('--reason <text>', 'why, for the audit'),
    async ({ admin, json }, options, name = '') => {
      const outcome = await admin.askWithBlob('admin.account.retrieve', {
        account: name,
        reason: options.reason,
      });
      if (!outcome.ok) return outcome;
      const { value, blob } = outcome.value;
      const payload = decodeSecretPayload(blob ?? Buffer.alloc(0));
      if (payload === null) return failed(failure('PROTOCOL', 'the secret did not come'));
      if (!json && process.stdout.isTTY && !isPlainText(payload.secret)) {
        blob?.fill(0);
        return failed(
          failure('BAD_INPUT', 'the secret has control characters in it: send it to a file, or use --json'),
        );
      }
      if (json)
        process.stdout.write(
          `${escapeControls(
            JSON.stringify({
              account: name,
              secretKind: value.secretKind,
              secret: payload.secret.toString('utf8'),
              passphrase: payload.passphrase.length === 0 ? null : payload.passphrase.toString('utf8'),
            }),
          )}\n`,
        );
      else {
        await new Promise<void>((written) => {
          process.stdout.write(payload.secret, () => written());
        });
        if (process.stdout.isTTY) process.stdout.write('\n');
      }
      blob?.fill(0);
      return outcome;
    },
  );
}
