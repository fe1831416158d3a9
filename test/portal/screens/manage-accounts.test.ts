import { expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { SAFES } from '../fake-services.ts';
import { mount } from '../mount.ts';

const SIZES = [
  [40, 12],
  [60, 20],
  [80, 24],
  [200, 50],
] as const;

test.each(SIZES)('an account is added at %ix%i, and a refusal loses nothing typed', async (columns, rows) => {
  const asked: unknown[] = [];
  const given: Buffer[] = [];
  const { terminal } = mount({
    columns,
    rows,
    services: {
      addAccount: (wanted, { secret }) => {
        asked.push([wanted, secret.toString()]);
        given.push(secret);
        return Promise.resolve(
          asked.length === 1 ? failed(failure('ALREADY_EXISTS', 'Account root@new1')) : done({ id: 'a9' }),
        );
      },
    },
  });
  await terminal.sees('web1');
  terminal.press('ctrl-a');
  await terminal.sees('A new account');
  terminal.press('ctrl-s');
  await terminal.sees('The user is empty.');
  terminal.type('root');
  await terminal.sees('root_');
  terminal.press('tab');
  terminal.type('new1');
  await terminal.sees('new1_');
  terminal.press('tab').press('tab').press('tab');
  terminal.type('s3cret');
  await terminal.sees(/Password +•{6}_/);
  terminal.press('tab');
  terminal.type('s3cret');
  await terminal.sees(/Again +•{6}_/);
  terminal.press('enter');
  expect(await terminal.sees('Account root@new1')).not.toContain('s3cret');
  await terminal.sees(/Again +•{6}_/);
  terminal.press('enter');
  await terminal.sees('root@new1 is in Linux-Production.');
  const wanted = {
    ...{ safe: 'Linux-Production', platform: 'UnixSSH', user: 'root', address: 'new1' },
    ...{ port: null, secretKind: 'password' },
  };
  expect(asked).toEqual([
    [wanted, 's3cret'],
    [wanted, 's3cret'],
  ]);
  expect(given.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
});

test('who may add accounts nowhere is told what is missing', async () => {
  const { terminal } = mount({ services: { safes: () => Promise.resolve(done(SAFES.slice(1))) } });
  await terminal.sees('web1');
  terminal.press('ctrl-a');
  await terminal.sees('addAccounts is missing on every safe');
});

test('a pasted private key has its lines again', async () => {
  const asked: unknown[] = [];
  const { terminal } = mount({
    services: {
      setAccountSecret: (id, kind, { secret, passphrase }) => {
        asked.push([id, kind, secret.toString(), passphrase.toString()]);
        return Promise.resolve(done(null));
      },
    },
  });
  await terminal.sees('web1');
  terminal.type('web1');
  await terminal.sees('> web1_');
  terminal.press('ctrl-x');
  await terminal.sees('Rename it');
  terminal.press('down').press('down').press('enter');
  await terminal.sees('Another secret for root@web1');
  terminal.press('right');
  await terminal.sees('Passphrase');
  terminal.press('tab');
  terminal.type('-----BEGIN X----- b3Bl bnNz -----END X-----');
  await terminal.sees('•_');
  terminal.press('ctrl-s');
  await terminal.sees('has another secret');
  expect(asked).toEqual([['a1', 'key', '-----BEGIN X-----\nb3Bl\nbnNz\n-----END X-----', '']]);
});

test.each(SIZES)(
  'an account is deleted at %ix%i when its name is typed, only then',
  async (columns, rows) => {
    const asked: string[] = [];
    const { terminal } = mount({
      columns,
      rows,
      services: {
        deleteAccount: (id) => {
          asked.push(id);
          return Promise.resolve(done(null));
        },
      },
    });
    await terminal.sees('web1');
    terminal.type('web1');
    await terminal.sees('> web1_');
    terminal.press('ctrl-x');
    await terminal.sees('Rename it');
    terminal.press('up').press('enter');
    await terminal.sees('Delete root@web1');
    terminal.type('root@web2');
    await terminal.sees('root@web2_');
    terminal.press('enter');
    await terminal.sees('That is not root@web1');
    expect(asked).toEqual([]);
    terminal.press('ctrl-u');
    terminal.type('root@web1.example.com');
    await terminal.sees('example.com_');
    terminal.press('enter');
    await terminal.sees('is deleted.');
    expect(asked).toEqual(['a1']);
  },
);

test('each act is there, and who may not reads why', async () => {
  const { terminal } = mount();
  await terminal.sees('web1');
  terminal.type('db1');
  await terminal.sees('> db1_');
  terminal.press('ctrl-x');
  await terminal.sees('You may not: renameAccounts on safe Databases is missing.');
  terminal.press('enter');
  await terminal.sees('Rename it, or move it to another address: you may not.');
  terminal.press('escape');
  await terminal.sees('[Accounts]');
});
