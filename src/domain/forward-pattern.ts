/** Where connections may be forwarded to, as it is written: `HOST:PORT`. */
export type Destination = string;

export interface ForwardPattern {
  /** In lower case: a name or address as it must be asked for, `*.suffix`, or `*`. */
  readonly host: string;
  readonly ports: { readonly first: number; readonly last: number };
}

/** A place that a client asks to be connected to. Only the target resolves the name. */
export interface ForwardTo {
  readonly host: string;
  readonly port: number;
}

const NAME = /^[a-z0-9_](?:[a-z0-9._-]{0,252})$/i;
const IPV6 = /^[0-9a-f:]{2,39}(?:\.[0-9.]{1,15})?$/i;

/** Reads `HOST:PORT`: host `*`, `*.example.com`, a name, an address or `[IPv6]`; port `*`, one, or `8000-8999`. */
export function parsePattern(text: string): ForwardPattern | null {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*)):([0-9*-]{1,11})$/.exec(text) ?? [];
  const ports = portsOf(port);
  if (ports === null) return null;
  if (bracketed !== undefined) {
    const host = ipv6(bracketed);
    return host === null ? null : { host, ports };
  }
  const host = (plain ?? '').toLowerCase();
  const name = host.startsWith('*.') ? host.slice(2) : host;
  return host === '*' || NAME.test(name) ? { host, ports } : null;
}

export function patternText({ host, ports }: ForwardPattern): Destination {
  const { first, last } = ports;
  const port = first === 1 && last === 65_535 ? '*' : first === last ? String(first) : `${first}-${last}`;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What a client asks for, when it is fit to be handed on; nothing in it can be read as anything but a place. */
export function forwardTo(host: string, port: number): ForwardTo | null {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  const bare = /^\[.*\]$/.test(host) ? host.slice(1, -1) : host;
  if (bare.includes(':')) {
    const address = ipv6(bare);
    return address === null ? null : { host: address, port };
  }
  return NAME.test(bare) ? { host: bare.toLowerCase(), port } : null;
}

/** `host:port`, an IPv6 address in brackets. */
export function forwardText({ host, port }: ForwardTo): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Reads what forwardText() wrote. */
export function readForward(text: string): ForwardTo | null {
  const at = text.lastIndexOf(':');
  return at < 0 ? null : forwardTo(text.slice(0, at), Number(text.slice(at + 1)));
}

/** Where the target is asked to listen; port 0 leaves the port to it, host `*` is all of its addresses. */
export function listenAt(host: string, port: number): ForwardTo | null {
  const at = forwardTo(host === '' || host === '*' ? 'all' : host, port === 0 ? 1 : port);
  return at === null ? null : { host: host === '' || host === '*' ? '*' : at.host, port };
}

const LISTEN = 'listen ';

/** As it stands where another session has the place that it is forwarded to. */
export function listenText(at: ForwardTo): string {
  return `${LISTEN}${forwardText(at)}`;
}

/** Reads what listenText() wrote; null: it is something else. */
export function readListen(text: string): ForwardTo | null {
  if (!text.startsWith(LISTEN)) return null;
  const at = text.lastIndexOf(':');
  const host = text.slice(LISTEN.length, at);
  return listenAt(/^\[.*\]$/.test(host) ? host.slice(1, -1) : host, Number(text.slice(at + 1)));
}

function portsOf(text: string): ForwardPattern['ports'] | null {
  if (text === '*') return { first: 1, last: 65_535 };
  const [, from = '', to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  return from !== '' && first >= 1 && first <= last && last <= 65_535 ? { first, last } : null;
}

/** In the one form that a URL has of it. */
function ipv6(text: string): string | null {
  if (!IPV6.test(text)) return null;
  try {
    return new URL(`http://[${text}]/`).hostname.slice(1, -1);
  } catch {
    return null;
  }
}
