import { expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { alice } from '../fake-services.ts';
import { mount } from '../mount.ts';

const adder = { ...alice, person: { ...alice.person, rights: ['addSafes' as const] } };

test.each([
  [60, 20],
  [80, 24],
  [200, 50],
])('a safe is made, renamed and deleted at %ix%i', async (columns, rows) => {
  const asked: unknown[] = [];
  const note = (...args: unknown[]) => {
    asked.push(args);
    return Promise.resolve(done(null));
  };
  const { terminal } = mount({
    loggedIn: adder,
    columns,
    rows,
    services: {
      addSafe: note,
      renameSafe: note,
      deleteSafe: (name) => {
        asked.push([name]);
        return Promise.resolve(failed(failure('BAD_INPUT', 'there are accounts in it')));
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-o');
  await terminal.sees(/Linux-Production +Full/);
  terminal.press('ctrl-a');
  await terminal.sees('A new safe');
  terminal.press('enter');
  await terminal.sees('The name is empty.');
  terminal.type('Spare');
  await terminal.sees('Spare_');
  terminal.press('enter');
  await terminal.sees('Safe Spare is made.');
  terminal.type('linux');
  await terminal.sees('> linux_');
  terminal.press('ctrl-x');
  await terminal.sees('Rename it');
  terminal.press('enter');
  await terminal.sees('Rename Linux-Production');
  terminal.type('2');
  await terminal.sees('Linux-Production2_');
  terminal.press('enter');
  await terminal.sees('Safe Linux-Production is now Linux-Production2.');
  terminal.press('ctrl-x');
  await terminal.sees('Delete it');
  terminal.press('down').press('enter');
  await terminal.sees('Delete Linux-Production');
  terminal.type('Linux-Production');
  await terminal.sees('Linux-Production_');
  terminal.press('enter');
  await terminal.sees('there are accounts in it');
  expect(asked).toEqual([['Spare'], ['Linux-Production', 'Linux-Production2'], ['Linux-Production']]);
});

test('who may not is told what is missing', async () => {
  const { terminal } = mount();
  await terminal.sees('web1');
  terminal.press('ctrl-o');
  await terminal.sees(/Linux-Production +Full/);
  terminal.press('ctrl-a');
  await terminal.sees('the right addSafes is missing');
  terminal.type('data');
  await terminal.sees('> data_');
  terminal.press('ctrl-x');
  await terminal.sees('You may not: manageSafe on safe Databases is missing.');
});
