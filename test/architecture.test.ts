/** The house as data: which room may know which, what stays pure, and who may touch a library. Read this file first. */
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ambientIn, type Import, importsComputedName, importsOf, targetOf } from './architecture/imports.ts';

interface Room {
  readonly purpose: string;
  /** Rooms, or parts of rooms (`recorder/tape-format`), whose values and types it may import. */
  readonly mayImport: readonly string[];
  /** Rooms of which it may import types only: it is handed the thing itself by its conductor. */
  readonly typesOf?: readonly string[];
}

/** What reading a recording takes, without the power to write one: the files of `recorder` that `monitor` may know. */
const codec = ['asciicast', 'sealed-segment', 'tape-events', 'tape-format', 'tape-key', 'utf8-splitter'];
const codecFiles = codec.map((name) => `recorder/${name}`);
/** And where a tape lies, and how its file is walked. */
const reading = ['recorder/file-digest', 'recorder/tape-file', 'recorder/tape-path', 'recorder/tape-scan'];

/** Reading down the list is reading the way of a session, from the stranger at the door to the recording in a safe. */
const rooms: Readonly<Record<string, Room>> = {
  domain: { purpose: 'the nouns that everybody shares', mayImport: [] },
  contract: { purpose: 'what one process may ask of another', mayImport: ['domain'] },
  // who takes a keyframe and who plays it must agree to the last cell
  terminal: {
    purpose: 'the model of a terminal, the same for a session and its replay',
    mayImport: ['domain'],
  },

  door: { purpose: 'bytes from outside become a terminal and evidence', mayImport: ['domain', 'contract'] },
  authentication: { purpose: 'evidence becomes an identity', mayImport: ['domain', 'audit'] },
  directory: {
    purpose: 'asks LDAP directories about people; knows no vault',
    mayImport: ['domain', 'contract'],
  },
  portal: { purpose: 'the screens; asks only its services', mayImport: ['domain'], typesOf: ['contract'] },
  policy: { purpose: 'may this person do this now, and why not', mayImport: ['domain'] },
  vault: {
    // it answers the calls of the contract, and judges people who log in; it holds the private halves of tapes' keys
    purpose: 'a permit becomes a secret; safes, accounts, members',
    mayImport: ['domain', 'contract', 'policy', 'audit', 'authentication', 'recorder/tape-key'],
  },
  activities: { purpose: 'a copy of the bytes becomes what was done: transfers', mayImport: ['domain'] },
  session: {
    purpose: 'one session, from box to last byte',
    mayImport: ['domain', 'contract', 'terminal', 'activities'],
    typesOf: ['recorder'],
  },
  recorder: { purpose: 'events become a sealed tape in a safe', mayImport: ['domain', 'contract'] },
  monitor: {
    purpose: 'watch live, replay, search',
    mayImport: ['domain', 'contract', 'terminal', ...codecFiles, 'recorder/compression', ...reading],
  },
  web: {
    purpose: 'a page for a browser, about one recording; asks only its source',
    mayImport: ['domain', 'contract'],
  },
  audit: { purpose: 'what happened, in order, tamper-evident', mayImport: ['domain'] },
  store: {
    purpose: 'rows behind the interfaces that the rooms declare',
    mayImport: ['domain'],
    typesOf: ['authentication', 'policy', 'vault', 'audit', 'recorder'],
  },

  // Not stages of the way, but the ground under it:
  configuration: { purpose: 'one checked configuration, through conf', mayImport: ['domain'] },
  house: {
    purpose: 'where things lie and run: directories, host accounts, credential files, log lines',
    mayImport: ['domain', 'contract'],
  },
  supervisor: {
    purpose: 'what root does: sockets, children, box records, profiles',
    mayImport: ['domain', 'contract', 'house', 'configuration'],
  },
  demo: { purpose: 'a small target for the first minute', mayImport: ['domain', 'house'] },

  processes: { purpose: 'one conductor a process; knows every room, decides nothing', mayImport: ['*'] },
  cli: {
    purpose: 'one file a command',
    // a bundle is verified by whoever has the public key, without a daemon; a table has columns, as a screen has
    mayImport: [
      ...['domain', 'contract', 'house', 'configuration', 'monitor/verify-bundle', 'web'],
      'portal/measured-width',
    ],
  },
};

/** Values in, values out. These may reach no `node:*` but `node:crypto`, not through another file either. */
const pure: readonly RegExp[] = [
  /^domain\//,
  /^policy\//,
  /^activities\//,
  new RegExp(`^recorder/(${codec.join('|')})\\.ts$`),
  /^vault\/envelope\.ts$/,
  /^audit\/chain\.ts$/,
  /^monitor\/timeline\.ts$/,
  /^portal\/(route|keys)\.ts$/,
  /^portal\/screens\/.*\.ts$/,
];

/** Who may import a library: a room, or one single file of a room, so that replacing the library stays a small job. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  ssh2: ['door', 'demo', 'session', 'authentication'],
  'node-pty': ['one file of session', 'one file of demo'],
  ink: ['portal', 'processes'],
  react: ['portal', 'processes'],
  kysely: ['store'],
  'node:sqlite': ['store'],
  conf: ['configuration', 'house'],
  ldapts: ['one file of directory'],
  '@xterm/headless': ['terminal', 'monitor', 'session'],
  '@xterm/addon-serialize': ['monitor', 'session'],
  zod: ['contract', 'configuration', 'house', 'door', 'supervisor'],
  commander: ['cli'],
  fuzzysort: ['portal'],
  'string-width': ['portal'],
  qr: ['one file of portal'],
  'asciinema-player': ['monitor', 'web'],
  'csv-parse': ['one file of vault'],
};

const longest = 400;
const medianBelow = 120;

const roomOf = (file: string) => file.split('/')[0] ?? '';
const isPure = (file: string) => pure.some((pattern) => pattern.test(file));
const covers = (allowed: readonly string[], target: string) =>
  allowed.some((part) => part === '*' || target === part || target.startsWith(`${part}/`));

/** What one file (its path under src) does against the table, as sentences. */
function violations(file: string, source: string): string[] {
  const room = rooms[roomOf(file)];
  if (!room) return [`${file} is in no room: src/${roomOf(file)} is not in the table`];
  const found = importsOf(source).flatMap((one) => {
    const target = targetOf(file, one.specifier);
    return target === undefined ? outside(file, one) : crossing(file, room, one, target);
  });
  const ambient = isPure(file) ? ambientIn(source) : undefined;
  if (ambient !== undefined) found.push(`${file} is pure: ${ambient} must be an argument`);
  if (importsComputedName(source)) found.push(`${file} imports a computed name: nobody can check that`);
  return found;
}

function crossing(file: string, room: Room, { specifier, typeOnly }: Import, target: string): string[] {
  if (target.startsWith('..')) return [`${file} reaches out of src: ${specifier}`];
  if (roomOf(target) === roomOf(file)) return [];
  if (!specifier.startsWith('#/'))
    return [`${file} crosses into another room by a relative path: write #/${target}.js`];
  if (covers(room.mayImport, target)) return [];
  if (covers(room.typesOf ?? [], target)) {
    return typeOnly ? [] : [`${file} may import types only (import type …) from ${specifier}`];
  }
  return [`${file} may not know ${roomOf(target)}: ${specifier}`];
}

function outside(file: string, { specifier }: Import): string[] {
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
  if (builtinModules.includes(name) && !specifier.startsWith('node:'))
    return [`${file} should write node:${specifier}`];
  if (isPure(file) && specifier.startsWith('node:') && specifier !== 'node:crypto')
    return [`${file} is pure: ${specifier}`];
  const users = libraries[name];
  if (!users)
    return specifier.startsWith('node:')
      ? []
      : [`${file} imports ${name}, which is not in the table of libraries`];
  const may = users.some((user) => user.replace('one file of ', '') === roomOf(file));
  return may ? [] : [`${file} may not import ${name}: it belongs to ${users.join(', ')}`];
}

/** Files of a tree against each other: what one file alone cannot show. */
function violationsTogether(tree: ReadonlyMap<string, string>): string[] {
  return [
    ...singleUsers(tree),
    ...[...tree.keys()].filter(isPure).flatMap((file) => impureWay(file, tree, new Set())),
  ];
}

function singleUsers(tree: ReadonlyMap<string, string>): string[] {
  const rules = Object.entries(libraries).flatMap(([name, users]) =>
    users
      .filter((user) => user.startsWith('one file of '))
      .map((user) => ({ name, room: user.slice('one file of '.length) })),
  );
  return rules.flatMap(({ name, room }) => {
    const files = [...tree].filter(
      ([file, source]) => roomOf(file) === room && importsOf(source).some((one) => one.specifier === name),
    );
    return files.length > 1
      ? [`${name} belongs into one file of ${room}, not ${files.map(([file]) => file).join(', ')}`]
      : [];
  });
}

/** Follows the value imports of a pure file; a type costs nothing at run time. */
function impureWay(
  start: string,
  tree: ReadonlyMap<string, string>,
  seen: Set<string>,
  file = start,
): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return importsOf(tree.get(file) ?? '').flatMap(({ specifier, typeOnly }) => {
    if (typeOnly) return [];
    if (specifier.startsWith('node:') && specifier !== 'node:crypto' && file !== start) {
      return [`${start} is pure, but reaches ${specifier} through ${file}`];
    }
    const target = targetOf(file, specifier);
    const next = [`${target}.ts`, `${target}.tsx`].find((name) => tree.has(name));
    return next === undefined ? [] : impureWay(start, tree, seen, next);
  });
}

const tree = new Map(
  globSync('**/*.{ts,tsx}', { cwd: 'src' })
    .sort()
    .map((file) => [file, readFileSync(join('src', file), 'utf8')] as const),
);

describe('the house', () => {
  test('has no file that knows what its room may not know', () => {
    expect([...tree].flatMap(([file, source]) => violations(file, source))).toEqual([]);
  });

  test('has no pure file with a way to the outside, and no library in two files where one is enough', () => {
    expect(violationsTogether(tree)).toEqual([]);
  });

  test('has small files', () => {
    const sizes = [...tree].map(([file, source]) => ({ file, lines: source.split('\n').length - 1 }));
    sizes.sort((a, b) => b.lines - a.lines);
    const print = sizes.map(({ file, lines }) => `${String(lines).padStart(5)} ${file}`).join('\n');
    expect(
      sizes.filter(({ lines }) => lines > longest).map(({ file }) => file),
      print,
    ).toEqual([]);
    expect(sizes[Math.floor(sizes.length / 2)]?.lines ?? 0, print).toBeLessThan(medianBelow);
  });
});

describe('this test', () => {
  test.each([
    ['a static import', 'door/a.ts', `import { open } from '#/vault/open.js';`],
    ['an import over lines', 'door/a.ts', `import {\n  a, // why\n  b as c,\n} from '#/vault/open.js';`],
    ['a default and a namespace', 'door/a.ts', `import x, * as y from "#/vault/open.js";`],
    ['a side effect', 'door/a.ts', `import '#/vault/open.js';`],
    ['a type-only import', 'door/a.ts', `import type { Vault } from '#/vault/open.js';`],
    ['a dynamic import', 'door/a.ts', 'const v = await import(`#/vault/open.js`);'],
    ['an import type', 'door/a.ts', `let v: import('#/vault/open.js').Vault;`],
    ['a computed import', 'door/a.ts', `await import(name);`],
    ['a re-export', 'door/a.ts', `export * from '#/vault/open.js';`],
    ['a re-exported type', 'door/a.ts', `export type { Vault } from '#/vault/open.js';`],
    ['a require', 'door/a.ts', `const v = require('#/vault/open.js');`],
    ['a worker by its address', 'door/a.ts', `new Worker(new URL('../vault/open.js', import.meta.url));`],
    ['a forbidden room by a relative path', 'door/ssh/a.ts', `import { open } from '../../vault/open.js';`],
    [
      'an allowed room by a relative path',
      'door/ssh/a.ts',
      `import { Failure } from '../../domain/failure.js';`,
    ],
    ['a way out of src', 'door/a.ts', `import { x } from '../../test/x.js';`],
    ['a value where types are allowed', 'portal/a.tsx', `import { Calls } from '#/contract/calls.js';`],
    ['a value between types', 'portal/a.tsx', `import { type Calls } from '#/contract/calls.js';`],
    ['a part next to the allowed one', 'monitor/a.ts', `import { Tape } from '#/recorder/tape-writer.js';`],
    ['anything but node:crypto in a pure room', 'policy/a.ts', `import type { Stats } from 'node:fs';`],
    [
      'a pure file of another room',
      'portal/screens/list/list.ts',
      `import { readFile } from 'node:fs/promises';`,
    ],
    ['the clock in a pure room', 'policy/a.ts', `const now = new Date();`],
    ['chance in a pure file', 'vault/envelope.ts', `import { randomBytes } from 'node:crypto';`],
    ['a module of Node without its prefix', 'door/a.ts', `import { connect } from 'net';`],
    ['a library in the wrong room', 'policy/a.ts', `import { sql } from 'kysely';`],
    ['a built-in that counts as a library', 'vault/a.ts', `import { DatabaseSync } from 'node:sqlite';`],
    ['part of a library', 'vault/a.ts', `import { parse } from 'ssh2/lib/protocol/keyParser.js';`],
    ['an unknown library', 'door/a.ts', `import _ from 'lodash';`],
    ['a room that is not in the table', 'utils/a.ts', ``],
    ['an import after an address', 'door/a.ts', `const a = 'https://x'; import '#/vault/open.js';`],
  ])('catches %s', (_what, file, source) => {
    expect(violations(file, source)).toHaveLength(1);
  });

  test.each([
    ['its own room', 'door/ssh/a.ts', `import { b } from '../b.js';`],
    ['an allowed room', 'door/a.ts', `import { Failure } from '#/domain/failure.js';`],
    ['types where they are allowed', 'portal/a.tsx', `import type { Calls } from '#/contract/calls.js';`],
    ['part of a room', 'monitor/a.ts', `import { decode } from '#/recorder/tape-format.js';`],
    ['a comment', 'door/a.ts', `// import '#/vault/open.js'\n/* export * from '#/vault/open.js' */`],
    ['node:crypto in a pure room', 'policy/a.ts', `import { createHash } from 'node:crypto';`],
    ['a library in its room', 'store/a.ts', `import { Kysely } from 'kysely';`],
    [
      'a name that sounds like it',
      'door/a.ts',
      `const calls = { 'account.import': call(['safe']), import: f('x') };`,
    ],
    ['an export without a source', 'door/a.ts', `export const from = 'here';\nexport { a };\nconst b = 'x';`],
  ])('lets %s pass', (_what, file, source) => {
    expect(violations(file, source)).toEqual([]);
  });

  test('follows a pure file through others', () => {
    const planted = new Map([
      ['policy/decide.ts', `import { now } from '#/domain/clock.js';`],
      ['domain/clock.ts', `import { read } from './read.js';`],
      ['domain/read.ts', `import { readFileSync } from 'node:fs';`],
    ]);
    expect(violationsTogether(planted)).toContain(
      'policy/decide.ts is pure, but reaches node:fs through domain/read.ts',
    );
  });

  test('counts the files that use a library', () => {
    const pty = `import { spawn } from 'node-pty';`;
    expect(violationsTogether(new Map([['session/a.ts', pty]]))).toEqual([]);
    expect(
      violationsTogether(
        new Map([
          ['session/a.ts', pty],
          ['session/b.ts', pty],
        ]),
      ),
    ).toHaveLength(1);
  });
});
