import type { Command } from 'commander';
import type { ShadowRow } from '#/contract/rows.js';
import { leaf } from '../leaf.js';
import { isoTime, printJson, printLine, printList } from '../output.js';

export function shadowCommands(program: Command): void {
  const shadow = program.command('shadow').description('shadow identities: the OS uid of each person');
  leaf(shadow.command('list').description('the registry'), async ({ admin, json }) => {
    const list = { json, empty: 'no shadow identities yet: the first connection makes one', forJson };
    return printList(await admin.ask('admin.shadow.list', {}), list, {
      USER: (row) => row.user,
      NAME: (row) => row.name,
      UID: (row) => row.uid,
      STATE: (row) => row.state,
      PROFILE: (row) => row.profileVersion,
      'LAST USED': (row) => isoTime(row.lastUsedAt),
    });
  });
  leaf(
    shadow.command('reset <user>').description('set the profile aside and make a fresh one'),
    async ({ admin, json }, _options, user = '') => {
      const outcome = await admin.ask('admin.shadow.reset', { user });
      if (outcome.ok)
        json
          ? printJson(forJson(outcome.value))
          : printLine(`the profile of ${user} is fresh, version ${outcome.value.profileVersion}`);
      return outcome;
    },
  );
  leaf(
    shadow.command('delete <user>').description('remove the profile; the next connection makes a new one'),
    async ({ admin, json }, _options, user = '') => {
      const outcome = await admin.ask('admin.shadow.delete', { user });
      if (outcome.ok) json ? printJson({ user }) : printLine(`the profile of ${user} is deleted`);
      return outcome;
    },
  );
}

function forJson(row: ShadowRow) {
  return { ...row, lastUsedAt: isoTime(row.lastUsedAt) };
}
