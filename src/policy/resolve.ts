import {
  SETTING_NAMES,
  SETTINGS,
  type SettingLevel,
  type SettingName,
  type SettingValues,
} from '#/domain/settings.js';

/** What one level says: the values as they were stored, by name. */
export interface Layer {
  readonly level: SettingLevel;
  /** Where it is said, for people: "platform UnixSSH". */
  readonly source: string;
  readonly stored: Readonly<Record<string, unknown>>;
}

export interface ResolvedPolicy {
  readonly values: SettingValues;
  readonly sources: Readonly<Record<SettingName, string>>;
  /** What of it this release does not understand; nobody connects by a policy that is half understood. */
  readonly problem: string | null;
}

export const DEFAULT_SOURCE = 'default';

/** The value of each setting and who says it. Of the layers, ordered from wide to narrow, the last that says something wins. */
export function resolvePolicy(layers: readonly Layer[]): ResolvedPolicy {
  const found = SETTING_NAMES.map((name) => [name, resolveSetting(name, SETTINGS[name], layers)] as const);
  return {
    // each setting's own kind took its value
    values: Object.fromEntries(found.map(([name, one]) => [name, one.value])) as unknown as SettingValues,
    sources: Object.fromEntries(found.map(([name, one]) => [name, one.source])) as Record<
      SettingName,
      string
    >,
    problem: found.map(([, one]) => one.problem).find((one) => one !== null) ?? unknownName(layers),
  };
}

interface Found {
  readonly value: unknown;
  readonly source: string;
  readonly problem: string | null;
}

interface AnySetting {
  readonly kind: { readonly take: (stored: unknown) => unknown };
  readonly otherwise: unknown;
  readonly levels: readonly SettingLevel[];
}

function resolveSetting(name: string, setting: AnySetting, layers: readonly Layer[]): Found {
  return layers
    .filter(({ stored }) => Object.hasOwn(stored, name))
    .reduce<Found>(
      (wider, { level, source, stored }) => {
        const value = setting.levels.includes(level) ? setting.kind.take(stored[name]) : null;
        return value === null
          ? { ...wider, problem: `${name} of ${source} has a value that is not allowed` }
          : { ...wider, value, source };
      },
      { value: setting.otherwise, source: DEFAULT_SOURCE, problem: null },
    );
}

function unknownName(layers: readonly Layer[]): string | null {
  for (const { source, stored } of layers) {
    const name = Object.keys(stored).find((one) => !Object.hasOwn(SETTINGS, one));
    if (name !== undefined) return `${source} sets ${name}, which this release does not know`;
  }
  return null;
}

export interface SettingLine {
  readonly name: SettingName;
  readonly value: SettingValues[SettingName];
  readonly shown: string;
  readonly source: string;
}

/** Each setting that can be said at a level, as it is shown, in the order of the table. */
export function settingLines(
  { values, sources }: ResolvedPolicy,
  level: SettingLevel,
): readonly SettingLine[] {
  return SETTING_NAMES.filter((name) => SETTINGS[name].levels.includes(level)).map((name) => ({
    name,
    value: values[name],
    shown: showSetting(name, values[name]),
    source: sources[name],
  }));
}

export function showSetting<N extends SettingName>(name: N, value: SettingValues[N]): string {
  // the table gives each setting the kind that its values have
  const { show } = SETTINGS[name].kind as unknown as { readonly show: (value: SettingValues[N]) => string };
  return show(value);
}
