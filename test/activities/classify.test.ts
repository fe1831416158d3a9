import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify } from '#/activities/classify.js';
import { shellWords } from '#/activities/shell-words.js';

describe('words of a command', () => {
  test.each([
    ['', []],
    ['  a  b ', ['a', 'b']],
    [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`'it'\\''s'`, ["it's"]],
    [`"a\\"b\\c" ''`, ['a"b\\c', '']],
    ['ls *.txt', ['ls', '*.txt']],
  ])('%j', (line, words) => {
    expect(shellWords(line)).toEqual(words);
  });

  test.each(['a; b', 'a | b', 'a && b', 'a $(b)', 'a `b`', 'a "$b"', 'a > b', "a 'b", 'a "b', 'a\\', 'a\nb'])(
    '%j is more than one plain command',
    (line) => {
      expect(shellWords(line)).toBeNull();
    },
  );

  test('come back as they were quoted', () => {
    const word = fc.string().filter((one) => !one.includes('\0'));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const line = words.map((one) => `'${one.replaceAll("'", `'\\''`)}'`).join(' ');
        expect(shellWords(line)).toEqual(words);
      }),
    );
  });
});

describe('what a channel is going to speak', () => {
  const scp = (direction: 'upload' | 'download', paths: string[], intoDirectory = false) => ({
    protocol: 'scp',
    direction,
    intoDirectory,
    paths,
  });
  test.each([
    ['/usr/lib/openssh/sftp-server', { protocol: 'sftp' }],
    ['exec /usr/lib/openssh/sftp-server -l INFO', { protocol: 'sftp' }],
    ['internal-sftp', { protocol: 'sftp' }],
    ['scp -t /tmp', scp('upload', ['/tmp'])],
    ['scp -t /tmp/', scp('upload', ['/tmp/'], true)],
    ['scp -v -r -p -d -t -- -odd', scp('upload', ['-odd'], true)],
    [`/usr/bin/scp -pf 'a b' c`, scp('download', ['a b', 'c'])],
    ['scp a b', null],
    ['scp -t -f a', null],
    ['scp -S evil -t a', null],
    ['scp -t a; rm b', null],
    ['rsync a b', null],
    ['ls', null],
    ['', null],
    [`scp -t ${'a'.repeat(70_000)}`, null],
  ])('%.60s', (command, spoken) => {
    expect(classify({ type: 'exec', command })).toEqual(spoken);
  });

  test('rsync in both directions', () => {
    expect(
      classify({ type: 'exec', command: 'rsync --server --sender -logDtpre.iLsfxCIvu . /srv' }),
    ).toMatchObject({ protocol: 'rsync', direction: 'download' });
    expect(classify({ type: 'exec', command: 'rsync --server -e.iLsfxCIvu . /srv' })).toMatchObject({
      direction: 'upload',
    });
  });

  test('subsystems', () => {
    expect(classify({ type: 'subsystem', name: 'sftp' })).toEqual({ protocol: 'sftp' });
    expect(classify({ type: 'subsystem', name: 'netconf' })).toBeNull();
  });
});
