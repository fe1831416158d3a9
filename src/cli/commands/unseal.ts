import type { Command } from 'commander';
import { secretFromStdin } from '../input.js';
import { leaf } from '../leaf.js';
import { printJson, printLine } from '../output.js';

export function unsealCommand(program: Command): void {
  leaf(
    program.command('unseal').description('open a sealed vault; the passphrase comes from standard input'),
    async ({ admin, json }) => {
      const passphrase = await secretFromStdin('passphrase of the vault');
      if (!passphrase.ok) return passphrase;
      const outcome = await admin.ask('admin.unseal', {}, passphrase.value);
      passphrase.value.fill(0);
      if (outcome.ok) json ? printJson({ sealed: false }) : printLine('the vault is open');
      return outcome;
    },
  );
}
