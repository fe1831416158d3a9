import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '#/configuration/check.js';
import { ALLOWED, schema } from '#/configuration/schema.js';

function problems(raw: Record<string, unknown>): readonly string[] {
  const checked = checkConfiguration(raw);
  return checked.ok ? [] : checked.problems;
}

describe('a configuration', () => {
  it('needs nothing: every key has a default', () => {
    expect(checkConfiguration({})).toMatchObject({
      ok: true,
      value: {
        listen: '127.0.0.1:2222',
        portals: 2,
        sessionHosts: 2,
        minimumIsolation: 3,
        hostKeyPolicy: 'ask',
        memoryMb: { vault: 384 },
      },
    });
  });

  it('says for every key what it takes', () => {
    expect(Object.keys(ALLOWED).sort()).toEqual(Object.keys(schema.shape).sort());
  });

  it.each([
    ['portal', 'did you mean "portals"?'],
    ['sesionHosts', 'did you mean "sessionHosts"?'],
    ['Listen', 'did you mean "listen"?'],
    ['hostkeypolicy', 'did you mean "hostKeyPolicy"?'],
    ['minimumIsolatoin', 'did you mean "minimumIsolation"?'],
    ['colour', 'allowed: listen, '],
    ['__internal__', 'allowed: listen, '],
  ])('names the unknown key %s and what was probably meant', (key, hint) => {
    expect(problems({ [key]: 1 })).toEqual([expect.stringContaining(`unknown key "${key}"`)]);
    expect(problems({ [key]: 1 })[0]).toContain(hint);
  });

  it.each<[string, unknown]>([
    ['listen', '127.0.0.1'],
    ['listen', '127.0.0.1:70000'],
    ['listen', 'example.com:22'],
    ['listen', 22],
    ['listen', '::1:22'],
    ['recordings', 'here'],
    ['portals', 0],
    ['portals', 2.5],
    ['portals', '2'],
    ['sessionHosts', 65],
    ['branding', ''],
    ['branding', 'a\u202eb'],
    ['branding', 'a\nb'],
    ['idleMinutes', -1],
    ['graceMinutes', null],
    ['hostKeyPolicy', 'yes'],
    ['recordInput', 'true'],
    ['shadowUidFirst', 1000],
    ['minimumIsolation', 4],
    ['masterKeyMode', 'hsm'],
    ['masterKeyPath', '../key'],
    ['maxStartups', '10'],
    ['maxStartups', '10:101:100'],
    ['userNameDelimiters', '@@'],
    ['userNameDelimiters', '@'],
    ['userNameDelimiters', '$#'],
    ['userCertificateAuthorities', 'not a list'],
    ['watchdogSeconds', 1],
    ['demo', 0],
    ['memoryMb', 5],
  ])('names key, value and what is allowed: %s = %j', (key, value) => {
    const [said, ...more] = problems({ [key]: value });
    expect(more).toEqual([]);
    expect(said).toContain(`key "${key}"`);
    expect(said).toContain(`allowed: ${ALLOWED[key as keyof typeof ALLOWED]}`);
    expect(said?.split('\n')).toHaveLength(1);
  });

  it('shows the value as it stands there', () => {
    expect(problems({ hostKeyPolicy: 'tofuu' })[0]).toContain('has the value "tofuu"');
    expect(problems({ memoryMb: { vault: 'lots' } })[0]).toContain(
      'key "memoryMb.vault" has the value "lots"',
    );
    expect(problems({ memoryMb: { valt: 100 } })[0]).toBe(
      'unknown key "memoryMb.valt"; did you mean "vault"?',
    );
  });

  it('names every problem at once', () => {
    expect(problems({ portals: 0, lisen: 'x', demo: 'no' })).toHaveLength(3);
  });
});
