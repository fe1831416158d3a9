import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { homePath, installation } from '#/configuration/home.js';
import { type CommonOptions, withCommon } from '../leaf.js';
import { printJson } from '../output.js';

/** Makes a new home without starting the daemon. What it must not know, the daemon's own program makes. */
export function initCommand(program: Command): void {
  withCommon(program.command('init').description('make a new home, without starting the daemon')).action(
    async (options: CommonOptions) => {
      const home = homePath(options.home, process.env);
      const json = options.json === true;
      const status = await runDaemonProgram(['--init', '--home', home], json);
      const password = join(home, 'administrator-password');
      if (status === 0 && json) printJson({ home, passwordFile: existsSync(password) ? password : null });
      process.exitCode = status;
    },
  );
}

/** Its own words go to the terminal; with --json only complaints do, and the password goes to a file. */
function runDaemonProgram(args: readonly string[], quiet: boolean): Promise<number> {
  const program = join(installation(), 'dist/processes/posternd.js');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'],
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('error', () => resolve(1));
  child.on('exit', (code) => resolve(code ?? 1));
  return promise;
}
