import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { homePath } from '#/configuration/home.js';
import { socketPath } from '#/contract/sockets.js';
import { notHere } from '#/door/refusals.js';
import { findRun } from '#/house/find-run.js';
import { relay } from './postern-shell/relay.js';
import { shellWish } from './postern-shell/shell-wish.js';

/**
 * The login shell (or ForceCommand) of an OpenSSH server in front: a thin relay from its terminal to a portal. It decides
 * nothing and holds nothing; the portal takes whoever comes through it for a stranger.
 */
const EX_UNAVAILABLE = 69;
const wish = shellWish(process.argv.slice(2), process.env, process.stdin.isTTY && process.stdout.isTTY);
if (wish.kind === 'refuse') {
  process.stderr.write(`${wish.what === null ? wish.sentence : notHere(wish.what)}\n`);
  process.exitCode = 1;
} else {
  const socket = connect(socketPath(findRun(homePath(wish.home, process.env)), 'shell'));
  process.exitCode = await relay(socket, {
    keyboard: process.stdin,
    screen: process.stdout,
    hello: {
      term: process.env['TERM'] ?? '',
      lang: process.env['LC_ALL'] ?? process.env['LANG'] ?? '',
      user: osUser(),
      from: process.env['SSH_CONNECTION']?.split(' ')[0] ?? '',
    },
    complain: (sentence) => void process.stderr.write(`postern: ${sentence}\n`),
    unavailable: EX_UNAVAILABLE,
  });
}
process.stdin.destroy();

/** Only prefills the login screen. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? '';
  }
}
