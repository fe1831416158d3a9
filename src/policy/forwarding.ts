import { type Destination, type ForwardTo, forwardText, parsePattern } from '#/domain/forward-pattern.js';

export type ForwardVerdict = { readonly ok: true; readonly by: Destination } | { readonly ok: false };

/** May a connection be forwarded there? Names are compared as they are written: nobody here resolves them. */
export function mayForward(to: ForwardTo, allowed: readonly Destination[]): ForwardVerdict {
  const by = allowed.find((one) => covers(one, to));
  return by === undefined ? { ok: false } : { ok: true, by };
}

/** May the target listen there for somebody? Which port it chooses itself can be any. */
export function mayListen(at: ForwardTo, allowed: readonly Destination[]): ForwardVerdict {
  const by = allowed.find(
    (one) => (at.port === 0 ? anyPort(one) : true) && covers(one, { ...at, port: at.port || 1 }),
  );
  return by === undefined ? { ok: false } : { ok: true, by };
}

export function listenDenial(at: ForwardTo, allowed: readonly Destination[]): string {
  const instead = allowed.length === 0 ? 'nothing is' : `allowed: ${allowed.join(', ')}`;
  return `${forwardText(at)} is not in remoteForwarding of the account's policy (${instead})`;
}

/** For people: where one may go instead. */
export function forwardDenial(to: ForwardTo, allowed: readonly Destination[]): string {
  const instead = allowed.length === 0 ? 'nothing is' : `allowed: ${allowed.join(', ')}`;
  return `${forwardText(to)} is not in localForwarding of the account's policy (${instead})`;
}

function anyPort(text: Destination): boolean {
  const ports = parsePattern(text)?.ports;
  return ports?.first === 1 && ports.last === 65_535;
}

function covers(text: Destination, to: ForwardTo): boolean {
  const pattern = parsePattern(text);
  if (pattern === null || to.port < pattern.ports.first || to.port > pattern.ports.last) return false;
  if (pattern.host === '*') return true;
  return pattern.host.startsWith('*.')
    ? to.host.endsWith(pattern.host.slice(1)) && to.host.length > pattern.host.length - 1
    : to.host === pattern.host;
}
