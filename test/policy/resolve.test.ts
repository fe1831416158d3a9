import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SETTING_LEVELS, SETTING_NAMES, SETTINGS, settingNamed } from '#/domain/settings.js';
import { DEFAULT_SOURCE, type Layer, resolvePolicy, settingLines, showSetting } from '#/policy/resolve.js';

const layer = (level: Layer['level'], stored: Layer['stored']): Layer => ({
  level,
  source: `${level} of the test`,
  stored,
});

describe('policy', () => {
  test('without a word said is the table of defaults', () => {
    const { values, sources, problem } = resolvePolicy([]);
    for (const name of SETTING_NAMES) {
      expect(values[name]).toEqual(SETTINGS[name].otherwise);
      expect(sources[name]).toBe(DEFAULT_SOURCE);
    }
    expect(problem).toBeNull();
  });

  test('of each setting is what the narrowest level says, and says which that was', () => {
    const said = fc.constantFrom(...SETTING_LEVELS.keys(), null);
    const lasting = fc.record(
      Object.fromEntries(
        SETTING_LEVELS.map((level) => [level, fc.option(fc.integer({ min: 0, max: 100_000 }))]),
      ),
    );
    fc.assert(
      fc.property(lasting, said, (idle, forwarded) => {
        const layers = SETTING_LEVELS.map((level, at) =>
          layer(level, {
            ...(idle[level] === null ? {} : { idleMinutes: idle[level] }),
            ...(forwarded !== null && at <= forwarded ? { localForwarding: [`h${at}:22`] } : {}),
          }),
        );
        const { values, sources, problem } = resolvePolicy(layers);
        // the model: a loop that keeps the last
        let expected = { value: 30, source: DEFAULT_SOURCE };
        for (const level of SETTING_LEVELS) {
          const here = idle[level];
          if (here !== null && here !== undefined) expected = { value: here, source: `${level} of the test` };
        }
        expect({ value: values.idleMinutes, source: sources.idleMinutes }).toEqual(expected);
        expect(values.localForwarding).toEqual(forwarded === null ? [] : [`h${forwarded}:22`]);
        expect(problem).toBeNull();
      }),
    );
  });

  test.each<[string, Layer, RegExp]>([
    [
      'a value of another kind',
      layer('safe', { reasonRequired: 'yes' }),
      /^reasonRequired of safe of the test/,
    ],
    ['a number beyond its bounds', layer('account', { idleMinutes: -1 }), /^idleMinutes of account/],
    ['null', layer('account', { fourEyes: null }), /^fourEyes of account/],
    ['a list with one bad pattern', layer('platform', { localForwarding: ['a:1', 'b'] }), /^localForwarding/],
    ['a name of another release', layer('safe', { tea: true }), /safe of the test sets tea/],
    ['a name of every object', layer('safe', Object.fromEntries([['__proto__', 1]])), /sets/],
  ])('that has %s is not understood', (_name, bad, why) => {
    expect(resolvePolicy([bad]).problem).toMatch(why);
    // what is said nearer does not hide it
    expect(resolvePolicy([bad, layer('account', { idleMinutes: 1 })]).problem).toMatch(why);
  });
});

describe('every setting', () => {
  test.each(SETTING_NAMES.map((name) => [name] as const))(
    '%s: what is shown can be typed, and stored',
    (name) => {
      const { kind, otherwise } = SETTINGS[name];
      const shown = showSetting(name, otherwise);
      expect(kind.read(shown)).toEqual(otherwise);
      expect(kind.take(JSON.parse(JSON.stringify(otherwise)))).toEqual(otherwise);
      for (const odd of ['', 'perhaps', '-1', '1e3', '∞']) expect(kind.read(odd)).toBeNull();
      expect(settingNamed(name.toUpperCase())).toBe(name);
    },
  );

  test('has a line', () => {
    expect(
      settingLines(resolvePolicy([layer('safe', { localForwarding: ['a:1', '[::1]:*'] })]), 'account'),
    ).toContainEqual({
      name: 'localForwarding',
      value: ['a:1', '[::1]:*'],
      shown: 'a:1,[::1]:*',
      source: 'safe of the test',
    });
  });
});
