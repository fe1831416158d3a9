import type { DirectoryPerson, DirectoryStep } from '#/contract/directory-calls.js';
import type { DirectoryTestResult } from '#/contract/directory-rows.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { firstMatch } from '#/policy/directory-map.js';
import type { StoredDirectory } from '../records/directories.js';
import type { Records } from '../records/records.js';
import type { Vault } from '../vault.js';
import { askDirectory } from './ask-directory.js';
import { nameHere } from './enrol.js';
import { mapRows } from './rows.js';

/** The way of a login, step by step, with what the maps would make of it. Nothing is changed. */
export async function trial(
  vault: Vault,
  directory: StoredDirectory,
  user: string | null,
  password: Buffer,
): Promise<Outcome<DirectoryTestResult>> {
  const outcome = await askDirectory(vault, directory, 'directory.test', { user }, password);
  if (!outcome.ok) return outcome;
  const { steps: taken, person, keys } = outcome.value;
  const steps = [...taken, ...(person === null ? [] : keySteps(vault, directory, keys))];
  const mapped =
    person === null ? [] : await vault.store.transaction((records) => mapSteps(records, directory, person));
  const all = [...steps, ...mapped];
  return done({ steps: all, ok: wentWell(all, user) });
}

/** Which keys in the person's entry would let him in, and why the others would not. */
function keySteps(
  vault: Vault,
  { settings }: StoredDirectory,
  lines: readonly string[],
): readonly DirectoryStep[] {
  if (settings.keyAttribute === null) return [];
  const said = lines.map((line) => {
    const read = vault.authentication.readPublicKey(line);
    return read.ok ? read.key.fingerprint : `left out: ${read.why}`;
  });
  const detail = `${settings.keyAttribute}: ${said.length === 0 ? 'none' : said.join('; ')}`;
  return [{ step: 'keys', server: null, ok: true, detail, ms: 0 }];
}

/** A server that failed does not count when the next one did it all. */
function wentWell(steps: readonly DirectoryStep[], user: string | null): boolean {
  const last = steps.at(-1);
  const own = steps.filter(({ server }) => server === null || server === lastServer(steps));
  return (
    last !== undefined &&
    own.every(({ ok }) => ok !== false) &&
    last.step === (user === null ? 'search' : 'rights')
  );
}

function lastServer(steps: readonly DirectoryStep[]): string | null {
  return steps.findLast(({ server }) => server !== null)?.server ?? null;
}

async function mapSteps(
  records: Records,
  directory: StoredDirectory,
  person: DirectoryPerson,
): Promise<readonly DirectoryStep[]> {
  const step = (name: 'map' | 'rights', ok: boolean | null, detail: string): DirectoryStep => ({
    step: name,
    server: null,
    ok,
    detail,
    ms: 0,
  });
  const maps = await records.directories.maps(directory.name);
  const found = firstMatch(maps, person);
  const here = nameHere(person.name, directory);
  if (found === null) return [step('map', false, 'no map fits: no login'), step('rights', null, 'none')];
  const row = (await mapRows(records, maps))[maps.indexOf(found)];
  const state =
    person.state === 'active' ? [] : [step('rights', false, `the directory says: ${person.state}`)];
  const what = `${here}: groups ${list(row?.groups)}; rights ${list(row?.rights)}; location ${row?.location ?? 'none'}`;
  return [
    step('map', true, `${row?.position ?? 0}: ${row?.rule ?? ''}`),
    ...state,
    step('rights', true, what),
  ];
}

function list(names: readonly string[] = []): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
