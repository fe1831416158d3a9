import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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
import { makeEntropy, readEntropy } from '#/house/credential-entropy.js';
import { createCredentialFile, promoteCredentialFile, stageCredentialFile } from '#/house/credential-file.js';
import { machineId } from '#/house/credential-key.js';
import { moveIntoFolders, stagedPath } from '#/house/credential-paths.js';
import { looksPlain, openCredentialFile, readCredentialFile } from '#/house/read-credential.js';

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

  it('is refused with an entropy file that was changed, that is of another file, or without any', () => {
    const good = readFileSync(entropy);
    appendFileSync(entropy, 'x');
    expect(refusal()).toContain('entropy file beside it that was changed');
    writeFileSync(entropy, makeEntropy(machineId(), randomBytes));
    expect(refusal()).toContain('does not open');
    rmSync(entropy);
    expect(refusal()).toContain('no entropy file');
    writeFileSync(entropy, good, { mode: 0o600 });
    expect(refusal()).toBe('opened');
  });

  it('is not taken for plain text by the first of its bytes, which are chance', () => {
    const encrypted = (first: string) => Buffer.concat([Buffer.from(first), Buffer.alloc(40, 0xa7)]);
    for (const first of ['{', ' {', '[', '{"format":1', '1:', '\n{'])
      expect(looksPlain(encrypted(first))).toBe(false);
    for (const plain of ['{}', ' {"format": 1}\n']) expect(looksPlain(Buffer.from(plain))).toBe(true);
  });

  it('names the machine that it is bound to', () => {
    const elsewhere = makeEntropy('4711', randomBytes);
    expect(readEntropy(elsewhere, '4711')).toHaveProperty('chance');
    expect(readEntropy(elsewhere, '4712')).toContain('bound to another machine id');
    writeFileSync(entropy, elsewhere);
    expect(refusal()).toContain('bound to another machine id');
  });

  it('opens with entropy of the first release, which had no checks', () => {
    expect(readEntropy(randomBytes(64), 'any')).toHaveProperty('chance');
  });

  it.runIf(process.getuid?.() === 0)('is refused when it belongs to somebody else', () => {
    chownSync(path, 4711, -1);
    expect(refusal()).toContain('belongs to OS uid 4711');
  });

  it('is refused behind a symbolic link', () => {
    copyFileSync(path, join(folder, 'other'));
    rmSync(path);
    symlinkSync(join(folder, 'other'), path);
    expect(refusal()).toContain('not a regular file');
  });

  it('says when it does not exist, and what to do', () => {
    rmSync(path);
    const outcome = openCredentialFile(path, 'PVWAApp', here);
    expect(outcome).toMatchObject({
      failure: {
        message: 'The credential file PVWAApp.ini does not exist.',
        next: 'On the bastion: postern credfile resync PVWAApp',
      },
    });
  });
});

describe('a staged credential file', () => {
  const next = Buffer.alloc(32, 7);
  const stage = () => stageCredentialFile({ path, component: 'PVWAApp', password: next, binding: here });
  const read = (staged: boolean) => readCredentialFile({ path, component: 'PVWAApp', running: here, staged });
  const holds = (staged: boolean, bytes: Buffer): boolean => {
    const found = read(staged);
    return found.kind === 'good' && found.password.exposeSecret().equals(bytes);
  };

  it('lies beside the present one, and takes its place', () => {
    stage();
    expect(statSync(stagedPath(path)).mode & 0o777).toBe(0o600);
    expect([holds(false, password), holds(true, next)]).toEqual([true, true]);
    promoteCredentialFile(path);
    expect(holds(false, next)).toBe(true);
    expect(read(true).kind).toBe('missing');
  });

  it('opens also when the promotion was cut off between its two names', () => {
    stage();
    expect(() =>
      promoteCredentialFile(path, () => {
        throw new Error('killed here');
      }),
    ).toThrow('killed here');
    expect(read(false).kind).toBe('refused');
    expect(holds(true, next)).toBe(true);
    promoteCredentialFile(path);
    expect(holds(false, next)).toBe(true);
  });

  it('is found in its folder after an update from the first release', () => {
    const credentials = mkdtempSync(join(folder, 'flat-'));
    mkdirSync(join(credentials, 'portal'));
    const flat = join(credentials, 'appuser.ini');
    createCredentialFile({ path: flat, component: 'PVWAApp', password, binding: here });
    moveIntoFolders(credentials);
    moveIntoFolders(credentials);
    expect(openCredentialFile(join(credentials, 'portal/appuser.ini'), 'PVWAApp', here).ok).toBe(true);
    expect(readdirSync(credentials)).toEqual(['portal']);
  });
});
