import type { IncomingHttpHeaders } from 'node:http';

/** Nothing from elsewhere, nothing inline, no frame around it. The player's terminal is WebAssembly. */
export const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** Null: answer it. A name that somebody points at this machine is not ours, and another page may not ask. */
export function whyRefused(headers: IncomingHttpHeaders): string | null {
  if (!LOOPBACK.test(headers.host ?? '')) return 'This page is at localhost only.';
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none'
    ? null
    : 'Another page may not ask for this.';
}

export const COOKIE = 'postern';

export function cookieOf(headers: IncomingHttpHeaders): string | null {
  const pairs = (headers.cookie ?? '').split(';').map((one) => one.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1] ?? null;
}

/** Only the browser that opened the link has it, only for this one page, and no script sees it. */
export function setCookie(value: string, path: string): string {
  return `${COOKIE}=${value}; Path=${path}; HttpOnly; SameSite=Strict`;
}
