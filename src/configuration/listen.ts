import { isIPv4, isIPv6 } from 'node:net';

export interface Address {
  readonly address: string;
  readonly port: number;
}

/** ADDRESS:PORT, IPv6 in brackets, '*' for every address, port 0 for any free one. Null when it is not that. */
export function parseListen(text: string): Address | null {
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = digits === '' ? NaN : Number(digits);
  if (!(port <= 65_535)) return null;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { address: bracketed, port } : null;
  if (plain === '*') return { address: '::', port };
  if (plain === 'localhost') return { address: '127.0.0.1', port };
  return isIPv4(plain) ? { address: plain, port } : null;
}

/** The same as people and ssh write it. */
export function showAddress({ address, port }: Address): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
