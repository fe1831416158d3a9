import type { Command } from 'commander';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import { SECOND_FACTOR_POLICIES } from '#/domain/second-factor.js';
import { leaf } from '../leaf.js';
import { printJson, printLine, printList } from '../output.js';

export function groupCommands(program: Command): void {
  const group = program.command('group').description('groups of users');
  leaf(
    group.command('add <name>').description('add a group; prints the new id'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.group.add', { name });
      if (outcome.ok) json ? printJson(outcome.value) : printLine(outcome.value.id);
      return outcome;
    },
  );
  leaf(group.command('list').description('all groups'), async ({ admin, json }) => {
    const list = { json, empty: 'no groups' };
    return printList(await admin.ask('admin.group.list', {}), list, {
      NAME: (row) => row.name,
      'BUILT IN': (row) => row.builtIn,
      'SECOND FACTOR': (row) => row.secondFactor,
      MEMBERS: (row) => row.members.join(','),
    });
  });
  leaf(
    group.command('delete <name>').description('delete a group that is not built in'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.group.delete', { name });
      if (outcome.ok) json ? printJson({ name }) : printLine(`${name} is deleted`);
      return outcome;
    },
  );
  leaf<{ readonly secondFactor: string }>(
    group
      .command('set <name>')
      .description('what a group asks of its members')
      .requiredOption(
        '--second-factor <policy>',
        `${SECOND_FACTOR_POLICIES.join(', ')}; of several groups the strictest counts`,
      ),
    async ({ admin, json }, options, name = '') => {
      const policy = SECOND_FACTOR_POLICIES.find((one) => one === options.secondFactor);
      if (policy === undefined)
        return failed(
          failure(
            'BAD_INPUT',
            `"${options.secondFactor}" is not one of ${SECOND_FACTOR_POLICIES.join(', ')}`,
          ),
        );
      const outcome = await admin.ask('admin.group.set', { name, secondFactor: policy });
      if (outcome.ok)
        json ? printJson(outcome.value) : printLine(`a second factor is ${policy} in ${outcome.value.name}`);
      return outcome;
    },
  );
  const member = group.command('member').description('who is in a group');
  for (const [verb, present] of [
    ['add', true],
    ['remove', false],
  ] as const) {
    leaf(
      member.command(`${verb} <group> <user>`).description(`${verb} a user`),
      async ({ admin, json }, _options, name = '', user = '') => {
        const outcome = await admin.ask('admin.group.member', { group: name, user, present });
        if (outcome.ok)
          json
            ? printJson({ group: name, user, present })
            : printLine(`${user} is ${present ? 'in' : 'no longer in'} ${name}`);
        return outcome;
      },
    );
  }
}
