/** What `postern ssh-config` prints, as the real ssh client reads it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sshAliases, sshConfigText } from '#/cli/ssh-config-text.js';
import { DELIMITERS, readSshUser } from '#/domain/destination.js';
import { checkName } from '#/domain/names.js';

const folder = mkdtempSync(join(tmpdir(), 'ssh-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
const account = (user: string, address: string, port = 22, safe = 'Linux') => {
  made += 1;
  return { id: `a${made}`, safe, user, address, port };
};
const bastion = { host: 'bastion.example', port: 2222, delimiters: DELIMITERS, multiplex: false };

function written(text: string): (alias: string) => Record<string, string> {
  const file = join(folder, 'config');
  writeFileSync(file, text);
  return (alias) => {
    const said = execFileSync('ssh', ['-G', '-F', file, alias], { encoding: 'utf8' });
    return Object.fromEntries(
      said.split('\n').map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
    );
  };
}

describe('aliases', () => {
  const rows = [
    account('root', 'web1.example'),
    account('root', 'web2.one.example'),
    account('root', 'web2.two.example'),
    account('root', 'db1', 22),
    account('ROOT', 'DB1', 2222),
    account('twin', 'app1', 22, 'One'),
    account('twin', 'app1', 22, 'Two'),
    account('admin', '192.0.2.1'),
    account('admin', '2001:db8::1'),
    account('root@corp', 'web3'),
  ];
  const aliases = sshAliases('alice', rows, DELIMITERS);

  test('are short where that is clear, never given twice, and lead to one account each', () => {
    const { id: one } = rows[5] ?? { id: '' };
    const { id: two } = rows[6] ?? { id: '' };
    expect(aliases.map((row) => [...row.aliases, row.user])).toEqual([
      ['web1-root', 'web1.example-root', 'alice@root@web1.example'],
      ['web2.one.example-root', 'alice@root@web2.one.example'],
      ['web2.two.example-root', 'alice@root@web2.two.example'],
      ['db1-root-22', 'alice@root@db1#22'],
      ['db1-root-2222', 'alice@ROOT@DB1#2222'],
      [one, `alice@${one}`],
      [two, `alice@${two}`],
      ['192.0.2.1-admin', 'alice@admin@192.0.2.1'],
      ['2001_db8_1-admin', 'alice@admin@2001:db8::1'],
      ['web3-root_corp', 'alice@root@corp@web3'],
    ]);
    const all = aliases.flatMap((row) => row.aliases);
    expect(new Set(all).size).toBe(all.length);
  });

  test('are read by the real client, and by our parser, as what they are', () => {
    const read = written(sshConfigText('alice', aliases, bastion));
    for (const { aliases: names, user } of aliases)
      for (const name of names) {
        const { user: said, hostname, port, hostkeyalias } = read(name);
        expect({ said, hostname, port, hostkeyalias }).toEqual({
          said: user,
          hostname: 'bastion.example',
          port: '2222',
          hostkeyalias: '[bastion.example]:2222',
        });
        expect(readSshUser(said ?? '').some((one) => one.vaultUser === 'alice')).toBe(true);
      }
  });

  test('of 5,000 accounts come out', () => {
    const many = Array.from({ length: 5000 }, (_, place) => account('root', `h${place}.example`));
    expect(sshConfigText('alice', sshAliases('alice', many, DELIMITERS), bastion)).toContain('h4999-root');
  });
});

describe('hostile names', () => {
  const names = [
    'with spaces in it',
    'hash # comment',
    'x ProxyCommand=evil',
    'Host',
    'Match exec evil',
    '=,~^+:;'.replace(';', ''),
    '[bracket]',
    'ünïcödé 日本',
    'a@b#c',
  ];
  test.each(names)('%s is a user that only means himself', (name) => {
    expect(checkName('targetUser', name).ok).toBe(true);
    const [one] = sshAliases(name, [account(name, 'web1', 22, name)], DELIMITERS);
    const read = written(sshConfigText(name, one === undefined ? [] : [one], bastion));
    for (const alias of one?.aliases ?? []) {
      const got = read(alias);
      expect(got['user']).toBe(`${name}@${name}@web1`);
      expect(got['proxycommand']).toBeUndefined();
    }
    expect(read('web1')['user']).not.toContain('@');
  });

  test.each(['per%rcent', 'quo"te', 'do${HOME}llar', 'back\\slash', 'new\nline'])(
    '%j is not written at all',
    (name) => {
      const aliases = sshAliases('alice', [account(name, 'web1')], DELIMITERS);
      const text = sshConfigText('alice', aliases, bastion);
      expect(text).not.toMatch(/^(Host| )/m);
      expect(text).toMatch(/^# .* not written/m);
      written(text)('web1-x');
    },
  );
});

test('one login serves many commands where that is wanted', () => {
  const aliases = sshAliases('alice', [account('root', 'web1')], DELIMITERS);
  const { controlmaster, controlpersist, controlpath, hostkeyalias, port } = written(
    sshConfigText('alice', aliases, { ...bastion, port: 22, multiplex: true }),
  )('web1-root');
  expect({ controlmaster, controlpersist, hostkeyalias, port }).toEqual({
    controlmaster: 'auto',
    controlpersist: '60',
    hostkeyalias: 'bastion.example',
    port: '22',
  });
  expect(controlpath).toMatch(/\.ssh\/postern-[0-9a-f]{40}$/);
});
