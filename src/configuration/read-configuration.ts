import { lstatSync } from 'node:fs';
import Conf from 'conf';
import { type Checked, checkConfiguration } from './check.js';
import type { Configuration } from './schema.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Raw = Record<string, unknown>;

/** Variables that win over the file, each with the key that it stands for. */
const VARIABLES = { POSTERN_LISTEN: 'listen', POSTERN_RECORDINGS: 'recordings' } as const;

/** Reads HOME/config.json, if there is one, and the environment. Changes nothing. */
export function readConfiguration(home: string, env: Environment): Checked {
  const file = readFile(home);
  if (typeof file === 'string') return { ok: false, problems: [file] };
  const checked = checkConfiguration(file);
  if (!checked.ok)
    return { ok: false, problems: checked.problems.map((problem) => `${home}/config.json: ${problem}`) };
  const set = Object.entries(VARIABLES).filter(([variable]) => (env[variable] ?? '') !== '');
  const merged = checkConfiguration({
    ...file,
    ...Object.fromEntries(set.map(([variable, key]) => [key, env[variable]])),
  });
  return merged.ok
    ? merged
    : {
        ok: false,
        problems: merged.problems.map(
          (problem) => `environment (${set.map(([name]) => name).join(', ')}): ${problem}`,
        ),
      };
}

/** Writes one key, keeping what else is in the file. */
export function writeKey<K extends keyof Configuration>(
  home: string,
  key: K,
  value: NonNullable<Configuration[K]>,
): void {
  open(home).set(key, value);
}

function readFile(home: string): Raw | string {
  if (lstatSync(`${home}/config.json`, { throwIfNoEntry: false }) === undefined) return {};
  try {
    return { ...open(home).store };
  } catch (error) {
    return `${home}/config.json cannot be read: ${error instanceof Error ? error.message : 'not JSON'}`;
  }
}

function open(home: string): Conf<Raw> {
  return new Conf<Raw>({
    cwd: home,
    configName: 'config',
    fileExtension: 'json',
    configFileMode: 0o644,
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
  });
}
