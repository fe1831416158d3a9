import type { Command } from 'commander';
import type { ComponentRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { COMPONENTS, type Component } from '#/domain/people.js';
import { type Leaf, leaf } from '../leaf.js';
import { isoTime, printJson, printLine, printTable } from '../output.js';

/** The credential files with which Postern's own processes log in to the vault. Their passwords are never shown. */
export function credfileCommands(program: Command): void {
  const credfile = program
    .command('credfile')
    .description("credential files: with these Postern's processes log in to the vault");
  leaf(
    credfile.command('show [component]').description('bindings, age and state of one file, or of all'),
    async ({ admin, json }, _options, name?: string) => {
      const component = name === undefined ? done(null) : componentOf(name);
      if (!component.ok) return component;
      const outcome = await admin.ask('admin.component.list', {});
      if (!outcome.ok) return outcome;
      const only = component.value;
      const rows = outcome.value.filter((row) => only === null || row.component === only);
      if (json) printJson(rows.map(forJson));
      else printRows(rows);
      return outcome;
    },
  );
  change(credfile, 'create', 'make a file that is missing, with a new password', 'is made');
  change(credfile, 'rotate', 'give a component a new password now', 'has a new password');
  change(
    credfile,
    'resync',
    'make file and vault agree again: a new file and a new password, whatever was there before',
    'and the vault agree again',
  );
}

/** The component user itself: a disabled one cannot do anything, and its processes wait for it. */
export function componentCommands(program: Command): void {
  const group = program.command('component').description("component users: Postern's own processes");
  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const)
    leaf(
      group
        .command(`${verb} <component>`)
        .description(disabled ? 'refuse everything it asks, from now on' : 'let it work again'),
      async ({ admin, json }, _options, name = '') => {
        const component = componentOf(name);
        if (!component.ok) return component;
        const outcome = await admin.ask('admin.component.set', { component: component.value, disabled });
        if (outcome.ok)
          json
            ? printJson({ component: component.value, disabled })
            : printLine(`${component.value} is ${verb}d`);
        return outcome;
      },
    );
}

function change(group: Command, verb: 'create' | 'rotate' | 'resync', what: string, said: string): void {
  leaf(group.command(`${verb} <component>`).description(what), async (here, _options, name = '') => {
    const component = componentOf(name);
    if (!component.ok) return component;
    const outcome = await here.admin.ask(`admin.credfile.${verb}`, { component: component.value });
    if (outcome.ok) tell(here, outcome.value, said);
    return outcome;
  });
}

function tell({ json }: Leaf, row: ComponentRow, said: string): void {
  if (json) printJson(forJson(row));
  else printLine(`${row.file} ${said}`);
}

function componentOf(name: string): Outcome<Component> {
  const found = COMPONENTS.find((one) => one.toLowerCase() === name.toLowerCase());
  return found === undefined
    ? failed(failure('BAD_INPUT', `there is no component ${name}; there are ${COMPONENTS.join(', ')}`))
    : done(found);
}

function printRows(rows: readonly ComponentRow[]): void {
  printTable(
    rows,
    {
      COMPONENT: (row) => row.component,
      FILE: (row) => row.file,
      STATE: (row) => (row.disabled ? `${row.state}, disabled` : row.state),
      HOST: (row) => row.hostName,
      UID: (row) => row.uid,
      PROGRAM: (row) => row.executable,
      MADE: (row) => isoTime(row.madeAt),
      'NEXT ROTATION': (row) => isoTime(row.nextAt),
      'LOGGED IN': (row) => row.connections,
    },
    'no components',
  );
  for (const { component, problem } of rows)
    if (problem !== null) printLine(`${component}: ${problem}  → postern credfile resync ${component}`);
}

function forJson(row: ComponentRow) {
  return {
    ...row,
    madeAt: isoTime(row.madeAt),
    rotatedAt: isoTime(row.rotatedAt),
    nextAt: isoTime(row.nextAt),
  };
}
