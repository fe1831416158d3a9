import { Command, type CommanderError } from 'commander';
import { EXIT, failure } from '#/domain/failure.js';
import { accountCommands } from './commands/account.js';
import { auditCommands } from './commands/audit.js';

import { componentCommands, credfileCommands } from './commands/credfile.js';

import { directoryCommands } from './commands/directory.js';

import { doctorCommand } from './commands/doctor.js';
import { explainCommand } from './commands/explain.js';
import { groupCommands } from './commands/group.js';
import { initCommand } from './commands/init.js';
import { metricsCommand } from './commands/metrics.js';
import { policyCommands } from './commands/policy.js';
import { recordingCommands } from './commands/recordings.js';
import { safeCommands } from './commands/safe.js';
import { searchCommand } from './commands/search.js';
import { sessionCommands } from './commands/sessions.js';
import { shadowCommands } from './commands/shadow.js';
import { sshConfigCommand } from './commands/ssh-config.js';
import { unsealCommand } from './commands/unseal.js';
import { userCommands } from './commands/user.js';
import { webCommand } from './commands/web.js';
import { printFailure } from './output.js';

const json = process.argv.includes('--json');

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // whoever reads our output may have had enough: head, less
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  printFailure(failure('OUTPUT_NOT_WRITTEN', `standard output: ${error.message}`), json);
  process.exit(EXIT.failed);
});

const program = new Command('postern')
  .description(
    'Postern: everything that the screens can do, for scripts. Talks to the running daemon over its admin socket.',
  )
  .showHelpAfterError('(postern ... --help shows how)')
  // scripts get what was wrong in the form of every other failure
  .configureOutput(json ? { writeErr: () => undefined } : {})
  .exitOverride(leave)
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 usage or bad input, 3 denied, 4 not found, 5 not running or sealed, 6 integrity.\nEvery command takes --json and --home.',
  );

for (const add of [
  initCommand,
  userCommands,
  groupCommands,
  safeCommands,
  accountCommands,
  sessionCommands,
  recordingCommands,
  searchCommand,
  shadowCommands,
  sshConfigCommand,
  credfileCommands,
  componentCommands,
  directoryCommands,
  auditCommands,
  policyCommands,
  explainCommand,
  doctorCommand,
  metricsCommand,
  webCommand,
  unsealCommand,
])
  add(program);
await program.parseAsync();

function leave(error: CommanderError): never {
  if (error.exitCode === 0) process.exit(EXIT.done);
  const what =
    error.code === 'commander.help'
      ? 'name a command; --help lists them'
      : error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  if (json) printFailure(failure('BAD_INPUT', what), true);
  process.exit(EXIT.usage);
}
