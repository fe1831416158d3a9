import type { HostKey } from '#/domain/host-key.js';

/** Host keys belong to an address and port; names of hosts do not differ by case. */
export function hostKeyPlace(address: string, port: number): string {
  return `${address.toLowerCase()} ${port}`;
}

export function sameKey(a: HostKey | null, b: HostKey | null): boolean {
  return a === b || (a !== null && b !== null && a.type === b.type && a.base64 === b.base64);
}
