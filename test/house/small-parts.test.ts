import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseHostKey } from '#/domain/host-key.js';
import { startCard } from '#/house/card.js';
import { newPassword } from '#/house/new-password.js';
import { parsePasswd } from '#/house/service-accounts.js';
import { makeHostKey } from '#/house/ssh-host-key.js';

describe('a one-time password', () => {
  it('is 20 readable characters in four groups, another one each time', () => {
    const made = Array.from({ length: 200 }, () => newPassword(randomBytes).toString());
    for (const password of made) expect(password).toMatch(/^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}$/);
    expect(new Set(made).size).toBe(200);
  });
  it('uses no byte that would make a letter likelier', () => {
    const bytes = [255, 250, 248, ...Array.from({ length: 61 }, (_, n) => n % 31)];
    expect(newPassword(() => Buffer.from(bytes)).toString()).toBe('abcde-fghjk-mnpqr-stuvw');
  });
});

describe('a host key', () => {
  it('is one that ssh knows, its private half for its owner alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hostkey-'));
    expect(parseHostKey(makeHostKey(folder, 'a comment'))?.type).toBe('ssh-ed25519');
    expect(statSync(join(folder, 'ssh_host_ed25519_key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'ssh_host_ed25519_key.pub'), 'utf8')).toMatch(
      /^ssh-ed25519 \S+ a comment\n$/,
    );
    const before = readFileSync(join(folder, 'ssh_host_ed25519_key'));
    expect(() => makeHostKey(folder, 'again')).toThrow();
    expect(readFileSync(join(folder, 'ssh_host_ed25519_key')).equals(before)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

describe('the accounts of a host', () => {
  it('are read as getent prints them', () => {
    expect(
      parsePasswd('psmapp:x:993:992::/nonexistent:/usr/sbin/nologin\nbroken\n:x:1:1:\nx:x:a:1:\n'),
    ).toEqual([{ name: 'psmapp', uid: 993, gid: 992 }]);
  });
});

describe('the card', () => {
  const facts = {
    version: '1.2.3',
    address: '127.0.0.1',
    port: 2222,
    fingerprint: 'SHA256:abc',
    password: null,
    demo: null,
    home: '/h',
    recordings: '/r',
    isolation: 'level 3 of 3',
    reduced: [],
  };
  it('says what a newcomer needs', () => {
    expect(
      startCard({ ...facts, password: { file: '/h/administrator-password' }, demo: 'demo@127.0.0.1' }),
    ).toBe(`
Postern 1.2.3

  connect     ssh -p 2222 Administrator@127.0.0.1
  host key    SHA256:abc
  password    one-time, in /h/administrator-password
  demo        log in, Enter on demo@127.0.0.1; then Tab: its recording
  state       /h
  recordings  /r
  isolation   level 3 of 3
  stop        Ctrl-C; sessions are told and their recordings sealed
`);
  });
  it('fits a terminal of 80 columns, and points at a password that was shown above it', () => {
    const card = startCard({ ...facts, password: 'above', demo: 'demo@127.0.0.1' });
    expect(card).toContain('\n  password    the one-time password above\n');
    expect(card.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
  it('is loud about what is reduced, and leaves out what is not so', () => {
    const card = startCard({ ...facts, address: '0.0.0.0', port: 22, reduced: ['NOT ROOT: x'] });
    expect(card).toContain('ssh Administrator@this-host\n');
    expect(card).toContain('\n  ! NOT ROOT: x\n');
    expect(card).not.toMatch(/demo|password/);
  });
});
