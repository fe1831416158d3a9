import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Binding, runningBinding } from '#/house/credential-binding.js';
import { createCredentialFile, openCredentialFile } from '#/house/credential-file.js';

const folder = mkdtempSync(join(tmpdir(), 'credential-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'PVWAApp.ini');
const entropy = join(folder, 'PVWAApp.entropy');
const password = Buffer.from('0f1e2d3c4b5a69788796a5b4c3d2e1f000112233445566778899aabbccddeeff', 'hex');
const here: Binding = { ...runningBinding(), executable: 'processes/portal.js' };

beforeEach(() => {
  rmSync(path, { force: true });
  rmSync(entropy, { force: true });
  createCredentialFile({ path, component: 'PVWAApp', password, binding: here });
});

function refusal(component: 'PVWAApp' | 'PSMApp' = 'PVWAApp', running: Binding = here): string {
  const outcome = openCredentialFile(path, component, running);
  return outcome.ok ? 'opened' : outcome.failure.message;
}

describe('a credential file', () => {
  it('gives back the password where it is bound to, and shows it nowhere on disk', () => {
    const outcome = openCredentialFile(path, 'PVWAApp', here);
    expect(outcome.ok && outcome.value.exposeSecret().equals(password)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(entropy).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(path).toString('latin1');
    expect(bytes).not.toContain(password.toString('base64'));
    expect(bytes).not.toContain('PVWAApp');
  });

  it.each<[string, Partial<Binding>, string]>([
    ['another host', { hostName: 'elsewhere' }, 'bound to host'],
    ['another uid', { uid: 4711 }, 'bound to OS uid'],
    [
      'another program',
      { executable: 'processes/session.js' },
      'bound to program processes/portal.js, this is processes/session.js',
    ],
  ])('names the binding that failed: %s', (_, changed, said) => {
    expect(refusal('PVWAApp', { ...here, ...changed })).toContain(said);
  });

  it('names the component that it is bound to', () => {
    expect(refusal('PSMApp')).toContain('bound to component PVWAApp, not to PSMApp');
  });

  it.each([0o640, 0o604, 0o660, 0o644])('is refused with mode 0%s', (mode) => {
    chmodSync(path, mode);
    expect(refusal()).toContain('wider than 0600');
    chmodSync(path, 0o600);
    chmodSync(entropy, mode);
    expect(refusal()).toContain('wider than 0600');
  });

  it('is refused when it is plain text, and left as it was', () => {
    const plain = JSON.stringify({
      format: 1,
      component: 'PVWAApp',
      ...here,
      password: password.toString('base64'),
    });
    writeFileSync(path, plain);
    expect(refusal()).toContain('is not encrypted');
    expect(readFileSync(path, 'utf8')).toBe(plain);
  });

  it('is refused after any byte was flipped, and left as it was', () => {
    const good = readFileSync(path);
    for (let at = 0; at < good.length; at += 7) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      writeFileSync(path, bad);
      expect(refusal()).toMatch(/does not open|is not encrypted/);
      expect(readFileSync(path).equals(bad)).toBe(true);
    }
  });

  it('is refused with the entropy of another file, or without any', () => {
    appendFileSync(entropy, 'x');
    expect(refusal()).toContain('does not open');
    rmSync(entropy);
    expect(refusal()).toContain('no entropy file');
  });

  it('is refused behind a symbolic link', () => {
    copyFileSync(path, join(folder, 'other'));
    rmSync(path);
    symlinkSync(join(folder, 'other'), path);
    expect(refusal()).toContain('not a regular file');
  });
});
