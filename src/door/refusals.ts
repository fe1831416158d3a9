import { failure, oneLine } from '#/domain/failure.js';

/** What a person reads who asked at the door for something that is not there: what, and what to do instead. */
export function notHere(what: string): string {
  const { message, next } = failure('NOT_IN_THIS_RELEASE', what);
  return `postern: ${message} ${next}`;
}

export const REFUSALS = {
  command:
    'postern: A command needs to know where: ssh USER@TARGETUSER@ADDRESS@BASTION command, or see: postern ssh-config.',
  sftp: 'postern: A file transfer needs to know where: USER%TARGETUSER%ADDRESS@BASTION, or see: postern ssh-config.',
  subsystem: (name: string): string =>
    `postern: Postern passes on no subsystem ${oneLine(name, 64)}, only sftp. Ask for what it does by a command, or on a terminal: ssh -t.`,
  sftpOnTerminal: 'postern: sftp runs without a terminal: leave out -t.',
  noTerminal: 'postern: A session needs a terminal. Connect with a plain interactive ssh, or with ssh -t.',
  /** Also what ssh -J and -W ask for. `host`: where they wanted to go. */
  forwarding: (user: string, host: string | null): string =>
    `postern: From here nothing is forwarded. Connect instead: ssh -t ${oneLine(user.split(/[@%]/, 1)[0] ?? '', 64) || 'USER'}@TARGETUSER@${oneLine(host ?? 'ADDRESS', 64)}@BASTION`,
  /** `ssh -L PORT:/path`: docs/decisions/2026-11-27-sockets-of-the-target.md */
  sockets:
    'postern: Sockets of the target are not forwarded, only ports. Reach it by a command: ssh … nc -U /path/of/socket (docker does so by itself: DOCKER_HOST=ssh://…).',
  listensAtSocket:
    'postern: The target does not listen at a socket for you, only at a port: ssh -R PORT:… in the place of ssh -R /path:….',
  noPages: 'postern: Here is no page yet: log in on this connection, choose a recording and press Ctrl-W.',
  tooManyForwards: 'postern: This connection has as many forwarded connections as it may have.',
  remote:
    'postern: From here no port of a target is forwarded to you. Name the target: ssh -R … USER@TARGETUSER@ADDRESS@BASTION.',
  listensAlready: 'postern: The target listens there for you already.',
  tooManySessions: 'postern: This connection has as many sessions as it may have.',
} as const;
