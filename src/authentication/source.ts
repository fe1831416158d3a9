/** What the login-shell door knows of an address: what the relay says, and any local account can be a relay. */
const CLAIMED = 'login-shell';

/** Where a login came from, for the audit and for the person: an address that nobody vouches for is marked as one. */
export function sourceOf(from: string, via: 'ssh' | 'login-shell' | 'desk'): string {
  // at the desk everybody comes from the bastion itself
  return via === 'ssh' || via === 'desk' || from === CLAIMED ? from : `${CLAIMED} (${from})`;
}

/**
 * By what failed logins are counted: the address, the /64 of an IPv6 address (which one person has to himself), and all
 * that was merely claimed as one, or each try would come from a source of its own.
 */
export function countedSource(source: string): string {
  if (source.startsWith(CLAIMED)) return CLAIMED;
  const address = source.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const all = [...left, ...Array<string>(zeros).fill('0'), ...right].map((part) =>
    part.replace(/^0+(?=.)/, ''),
  );
  return `${all.slice(0, 4).join(':')}::/64`;
}
