import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { homePath, programFile } from '#/configuration/home.js';
import { EXIT, type Failure, failure } from '#/domain/failure.js';
import { FIRST_PASSWORD } from '#/house/new-password.js';
import { type CommonOptions, withCommon } from '../leaf.js';
import { printFailure, printJson } from '../output.js';

/** Makes a new home without starting the daemon. What it must not know, the daemon's own program makes. */
export function initCommand(program: Command): void {
  withCommon(program.command('init').description('make a new home, without starting the daemon')).action(
    async (options: CommonOptions) => {
      const home = homePath(options.home, process.env);
      const json = options.json === true;
      const there = existsSync(join(home, 'vault/vault.db'));
      const { status, complaint } = await runDaemonProgram(['--init', '--home', home], json);
      const password = join(home, FIRST_PASSWORD);
      if (json && status === 0) printJson({ home, passwordFile: existsSync(password) ? password : null });
      if (json && status !== 0) printFailure(refusal({ there, home, status, complaint }), true);
      process.exitCode = status;
    },
  );
}

function refusal(what: {
  readonly there: boolean;
  readonly home: string;
  readonly status: number;
  readonly complaint: string;
}): Failure {
  if (what.there) return failure('ALREADY_EXISTS', `The home ${what.home}`);
  return failure(what.status === EXIT.usage ? 'BAD_INPUT' : 'INTERNAL', what.complaint);
}

/** Its own words go to the terminal; with --json they are kept, and the password goes to a file. */
async function runDaemonProgram(
  args: readonly string[],
  quiet: boolean,
): Promise<{ readonly status: number; readonly complaint: string }> {
  const program = programFile('posternd');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', quiet ? 'pipe' : 'inherit'],
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('error', () => resolve(1));
  child.on('exit', (code) => resolve(code ?? 1));
  const [status, said] = await Promise.all([promise, child.stderr === null ? '' : text(child.stderr)]);
  return { status, complaint: said.trim().replaceAll('postern: ', '').replaceAll('\n', '; ') };
}
