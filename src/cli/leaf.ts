import type { Command } from 'commander';
import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { type AdminLink, openAdmin } from './admin-link.js';
import { exitCodeOf, printFailure } from './output.js';
import { openPerson } from './person-link.js';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: true;
  readonly home?: string;
  readonly as?: string;
  readonly loginFile?: string;
}

export interface Leaf {
  readonly admin: AdminLink;
  readonly json: boolean;
}

/** Adds what every command has and runs it with one exit: 0 only when done, else the failure's code. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a command names its options where it is declared
export function leaf<Options extends object>(
  command: Command,
  run: (leaf: Leaf, options: Options & CommonOptions, ...args: string[]) => Promise<Outcome<unknown>>,
): Command {
  return withPerson(withCommon(command)).action(async (...given: unknown[]) => {
    const args = given
      .slice(0, command.registeredArguments.length)
      .flat()
      .filter((one) => typeof one === 'string');
    const options = command.opts<Options & CommonOptions>();
    leave(await withAdmin(options, (one) => run(one, options, ...args)), options);
  });
}

/** Runs it with a connection to the vault, which is closed afterwards. */
export async function withAdmin(
  options: CommonOptions,
  run: (leaf: Leaf) => Promise<Outcome<unknown>>,
): Promise<Outcome<unknown>> {
  const admin = await open(options);
  if (!admin.ok) return admin;
  const outcome = await run({ admin: admin.value, json: options.json === true });
  admin.value.close();
  return outcome;
}

/** As the console, or as a person who logs in. */
async function open({ home, as, loginFile }: CommonOptions): Promise<Outcome<AdminLink>> {
  if (as !== undefined)
    return await openPerson(home, { as, ...(loginFile === undefined ? {} : { loginFile }) });
  return loginFile === undefined
    ? await openAdmin(home)
    : failed(failure('BAD_INPUT', '--login-file goes with --as NAME'));
}

/** The one way out of a command. */
export function leave(outcome: Outcome<unknown>, options: CommonOptions): void {
  if (!outcome.ok) printFailure(outcome.failure, options.json === true);
  process.exitCode = outcome.ok ? 0 : exitCodeOf(outcome.failure.code);
}

export function withCommon(command: Command): Command {
  return command
    .option('--json', 'print JSON')
    .option('--home <folder>', "Postern's state (default: $POSTERN_HOME, else .postern of the installation)");
}

export function withPerson(command: Command): Command {
  return command
    .option('--as <user>', 'log in as this user and do what he may (default: the console, for root)')
    .option(
      '--login-file <file>',
      'his password, in a second line his code (default: asked at the terminal)',
    );
}
