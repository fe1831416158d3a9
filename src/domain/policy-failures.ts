/** What settings of policy have against a connection: a part of FAILURES. */
export const POLICY_FAILURES = {
  REASON_NEEDED: {
    side: 'ours',
    stage: 0,
    message: 'This account asks for a reason, and none was given.',
    next: `Send it along: ssh -o 'SetEnv=LC_POSTERN_REASON="why"', or connect with a terminal (ssh -t): the screen asks.`,
  },
  FORWARDING_DENIED: {
    side: 'ours',
    stage: 0,
    message: 'This connection may not be forwarded: {detail}.',
    next: 'An administrator may allow it: postern account set ACCOUNT localForwarding HOST:PORT',
  },
  LISTENING_DENIED: {
    side: 'ours',
    stage: 0,
    message: 'The target may not listen for you: {detail}.',
    next: 'An administrator may allow it: postern account set ACCOUNT remoteForwarding HOST:PORT',
  },
  LISTENING_FAILED: {
    side: 'target',
    stage: 8,
    message: 'The target does not listen there: {detail}.',
    next: 'Its sshd decides (AllowTcpForwarding, PermitListen), and what listens there already: choose another port, or 0.',
  },
  FORWARDING_FAILED: {
    side: 'target',
    stage: 8,
    message: 'The target could not connect: {detail}.',
    next: 'Try the same from a session on the target: its own network, its sshd and that service decide.',
  },
  AGENT_NOT_FORWARDED: {
    side: 'ours',
    stage: 6,
    message: 'Your agent is not forwarded: agentForwarding is off for this account.',
    next: 'The session goes on without it. An administrator may allow it: postern account set ACCOUNT agentForwarding yes',
  },
  PLATFORM_UNKNOWN: {
    side: 'ours',
    stage: null,
    message: 'There is no platform {detail}.',
    next: 'Check the spelling, or make it: postern platform add NAME --like OTHER',
  },
  PLATFORM_KEPT: {
    side: 'ours',
    stage: null,
    message: '{detail} It is not deleted.',
    next: 'Move its accounts first: postern account update ACCOUNT --platform OTHER',
  },
  X11_NOT_FORWARDED: {
    side: 'ours',
    stage: 6,
    message: 'Your display is not forwarded: x11Forwarding is off for this account.',
    next: 'The session goes on without it. An administrator may allow it: postern account set ACCOUNT x11Forwarding yes',
  },
  X11_FOUR_EYES: {
    side: 'ours',
    stage: 6,
    message: 'Your display is not forwarded: this account takes four eyes, and nobody can watch windows.',
    next: 'The session goes on without it, on the terminal.',
  },
  X11_NEEDS_BOX: {
    side: 'ours',
    stage: 6,
    message: 'Your display is not forwarded: this bastion runs below isolation level 3.',
    next: 'The session goes on without it. An administrator sees why: postern doctor',
  },
  POLICY_UNREADABLE: {
    side: 'ours',
    stage: 0,
    message: 'The policy of this account cannot be understood: {detail}',
    next: 'Ask an administrator: postern account show ACCOUNT, then set or unset what it names.',
  },
} as const;
