import { expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { MEMBERS, SAFES } from '../fake-services.ts';
import { mount } from '../mount.ts';

const SIZES = [
  [60, 20],
  [80, 24],
  [200, 50],
] as const;

test.each(SIZES)(
  'a secret is shown at %ix%i for a reason, and hidden again after a while',
  async (columns, rows) => {
    const asked: unknown[] = [];
    const { terminal, tick } = mount({
      columns,
      rows,
      services: {
        retrieve: (...args) => {
          asked.push(args);
          return Promise.resolve(
            done({ secret: Buffer.from('Tr0ub4dor&3 \u001b[31m'), passphrase: Buffer.alloc(0) }),
          );
        },
      },
    });
    await terminal.sees('web1');
    terminal.type('web1');
    await terminal.sees('> web1_');
    terminal.press('ctrl-y');
    await terminal.sees('Secret of root@web1');
    terminal.press('enter');
    await terminal.sees('Type a reason');
    terminal.type('incident 42');
    await terminal.sees('incident 42_');
    terminal.press('enter');
    await terminal.sees('Tr0ub4dor&3 ·[31m');
    expect(asked).toEqual([['a1', 'incident 42', 'shown']]);
    for (let second = 0; second < 29; second += 1) {
      tick();
      await terminal.sees(`Hidden again in ${29 - second} s`);
    }
    tick();
    expect(await terminal.sees('[Accounts]')).not.toContain('Tr0ub4dor');
  },
);

test('a secret is copied through the terminal only when it is asked for, and not shown', async () => {
  const bytes = Buffer.from('Tr0ub4dor&3');
  const { terminal } = mount({
    services: {
      retrieve: (_id, _reason, purpose) => {
        expect(purpose).toBe('copied');
        return Promise.resolve(done({ secret: bytes, passphrase: Buffer.alloc(0) }));
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-y');
  await terminal.sees('Reason');
  terminal.type('x');
  await terminal.sees('Reason  x_');
  terminal.press('ctrl-y');
  expect(await terminal.sees("sent to your terminal's clipboard")).not.toContain('Tr0ub4dor');
  expect(terminal.bytes.toString()).toContain(
    `\u001b]52;c;${Buffer.from('Tr0ub4dor&3').toString('base64')}\u0007`,
  );
  expect(bytes.every((byte) => byte === 0)).toBe(true);
});

test('who may not read a secret is told why', async () => {
  const why = failure('DENIED', 'retrieveAccounts on safe Databases is missing');
  const { terminal } = mount({ services: { retrieve: () => Promise.resolve(failed(why)) } });
  await terminal.sees('web1');
  terminal.press('ctrl-y');
  await terminal.sees('Reason');
  terminal.type('x');
  await terminal.sees('Reason  x_');
  terminal.press('enter');
  await terminal.sees('Not permitted: retrieveAccounts');
  terminal.press('escape');
  await terminal.sees('[Accounts]');
});

test.each(SIZES)('safes, members and audit at %ix%i', async (columns, rows) => {
  const { terminal } = mount({ columns, rows });
  await terminal.sees('web1');
  terminal.press('ctrl-o');
  const safes = await terminal.sees(/Linux-Production +Full/);
  expect(safes).toMatch(/Linux-Production +Full/);
  expect(safes).toContain('ConnectOnly');
  expect(safes).not.toContain('all audit');
  terminal.type('linux');
  await terminal.sees('> linux_');
  terminal.press('ctrl-t');
  const audit = await terminal.sees(/295 +bob/);
  expect(audit).toContain('audit of Linux-Production');
  expect(audit).not.toContain('\u001b[31m');
  terminal.press('escape');
  await terminal.sees('> linux_');
  terminal.press('enter');
  const members = await terminal.sees(/bob +user +ConnectOnly/);
  expect(members).toContain('members of Linux-Production');
  expect(members).toMatch(/Auditors +group +3 of 22/);
});

test('a member is added with a preset for some days, and removed after a question', async () => {
  const asked: unknown[] = [];
  const { terminal } = mount({
    services: {
      safes: () => Promise.resolve(done(SAFES.slice(0, 1))),
      putMember: (wanted) => {
        asked.push(wanted);
        return Promise.resolve(done({ ...wanted, kind: 'user', permissions: [] }));
      },
      removeMember: (...args) => {
        asked.push(args);
        return Promise.resolve(done(null));
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-o');
  await terminal.sees(/Linux-Production +Full/);
  terminal.press('enter');
  await terminal.sees(MEMBERS[2]?.member ?? 'bob');
  terminal.press('ctrl-a');
  await terminal.sees('Add to Linux-Production');
  terminal.press('enter').press('enter').press('enter');
  await terminal.sees('Type the name');
  terminal.press('tab');
  terminal.type('carol');
  await terminal.sees('carol_');
  terminal.press('tab');
  terminal.type(' ');
  await terminal.sees(/May +ReadOnly/);
  terminal.press('tab');
  terminal.type('7');
  await terminal.sees('7_');
  terminal.press('enter');
  await terminal.sees('carol is a member of Linux-Production: ReadOnly');
  expect(asked[0]).toMatchObject({ safe: 'Linux-Production', member: 'carol', preset: 'ReadOnly' });
  terminal.type('bob');
  await terminal.sees('> bob_');
  terminal.press('ctrl-e');
  await terminal.sees('Remove user bob from Linux-Production?');
  terminal.press('escape');
  await terminal.sees('> bob_');
  terminal.press('ctrl-e');
  await terminal.sees('Remove user bob');
  terminal.press('enter');
  await terminal.sees('bob is no longer a member');
  expect(asked[1]).toEqual(['Linux-Production', 'bob']);
});

test('who may not manage members is not offered to, and who audits users has all of the audit', async () => {
  const { alice } = await import('../fake-services.ts');
  const auditor = { ...alice, person: { ...alice.person, rights: ['auditUsers' as const] } };
  const { terminal } = mount({ loggedIn: auditor, columns: 100 });
  await terminal.sees('web1');
  terminal.press('ctrl-o');
  await terminal.sees(/Databases +ConnectOnly/);
  await terminal.sees('all audit');
  terminal.type('data');
  await terminal.sees('> data_');
  terminal.press('enter');
  await terminal.sees('members of Databases');
  expect(await terminal.sees(/bob +user/)).not.toMatch(/(Ctrl-|\^)A/);
  terminal.press('escape');
  await terminal.sees('> data_');
  terminal.press('ctrl-g');
  await terminal.sees('all of the audit');
});
