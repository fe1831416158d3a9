import { expect, test } from 'vitest';
import { startShell } from './shell-rig.ts';

const bash = (columns?: number) =>
  startShell('/bin/bash', ['--norc', '--noprofile', '-i'], {
    env: ['PS1=me@host:\\w$ ', 'HISTFILE=/dev/null'],
    ...(columns === undefined ? {} : { columns }),
  });
const dash = () => startShell('/bin/dash', ['-i'], { env: ['PS1=$ '] });

test('bash: what was run, edited, completed, fetched from the history or dropped', async () => {
  await using shell = bash();
  await shell.sees('host:~$');
  await shell.type('echo one two\r');
  await shell.sees('\none two');
  // edited in the middle
  await shell.type('echo oXne');
  await shell.type('\x1b[D\x1b[D\x7f\r');
  await shell.type('\x1b[A\x1b[A\r');
  // completed
  await shell.type('mkdir a-long-name-for-a-folder\r');
  await shell.type('cd a-lo\t\r');
  await shell.sees('folder$');
  await shell.type('rm -rf /\x03');
  await shell.type('\r');
  await shell.type('true\x15pwd\r');
  // searched for
  await shell.type('\x12two\r');
  await shell.type('exit\r');
  expect(await shell.commands()).toEqual([
    'echo one two',
    'echo one',
    'echo one two',
    'mkdir a-long-name-for-a-folder',
    'cd a-long-name-for-a-folder/',
    'pwd',
    'echo one two',
    'exit',
  ]);
});

test('bash: a line longer than the screen is wide, and one that fills it exactly', async () => {
  await using shell = bash(40);
  await shell.sees('host:~$');
  const long = `echo ${'abcdefghij '.repeat(9)}end`;
  await shell.enter(`${long}\r`);
  await shell.enter(`${long}\x1b[D\x1b[D\x1b[D \r`);
  const exact = 'x'.repeat(40 - 'me@host:~$ '.length - ': '.length);
  await shell.enter(`: ${exact}\r`);
  await shell.type('\x1b[A\x1b[A\x1b[A\r');
  expect(await shell.commands()).toEqual([long, long.replace('end', ' end'), `: ${exact}`, long]);
});

test('bash: a statement over several lines is one command, and so is a paste of several lines', async () => {
  await using shell = bash();
  await shell.sees('host:~$');
  await shell.type('for i in 1 2; do\r');
  await shell.type('echo "$i');
  await shell.type('\r');
  await shell.type('next"\r');
  await shell.type('done\r');
  await shell.type('cat <<END\r');
  await shell.type('text\r');
  await shell.type('END\r');
  shell.paste('\x1b[200~echo first\recho second\recho third\x1b[201~');
  await shell.sees('echo third');
  await shell.type('\r');
  await shell.sees('\nthird');
  await shell.type('echo last\r');
  expect(await shell.commands()).toEqual([
    'for i in 1 2; do\necho "$i\nnext"\ndone',
    'cat <<END\ntext\nEND',
    'echo first\necho second\necho third',
    'echo last',
  ]);
});

test('typed ahead of the prompt, and pasted without brackets', async () => {
  await using shell = bash();
  await shell.sees('host:~$');
  await shell.type('bind "set enable-bracketed-paste off"\r');
  shell.paste('cd /tmp\rsleep 0.3\rpwd\r');
  await shell.sees('\n/tmp\n');
  await shell.type('echo done\r');
  expect((await shell.commands()).slice(1)).toEqual(['cd /tmp', 'sleep 0.3', 'pwd', 'echo done']);
});

test('dash: what the terminal alone echoes', async () => {
  await using shell = dash();
  await shell.sees('$');
  await shell.type('echo oX\x7fne\r');
  await shell.type('if true; then\r');
  await shell.type('echo yes; fi\r');
  shell.paste('echo a\recho b\r');
  await shell.sees('$ b');
  await shell.type('cd /\x03');
  await shell.type('pwd\r');
  expect(await shell.commands()).toEqual([
    'echo one',
    'if true; then\necho yes; fi',
    'echo a',
    'echo b',
    'pwd',
  ]);
});

test('what is not echoed is never read, and full-screen programs have no commands', async () => {
  await using shell = bash();
  await shell.sees('host:~$');
  await shell.type('read -rsp "[sudo] password for admin60: " word\r');
  await shell.sees('[sudo] password for admin60:');
  await shell.type('hunter2\r');
  await shell.type('echo ok\r');
  await shell.sees('\nok');
  // stars instead of the password
  await shell.enter(
    `bash -c 'printf "Password: "; stty -echo -icanon; while IFS= read -rn1 c && [ "$c" ]; do printf "*"; done; stty sane; echo'\r`,
  );
  await shell.sees('\nPassword:');
  await shell.type('hunter2\r');
  await shell.sees('*******');
  await shell.type('vim -u NONE -N notes\r');
  await shell.sees('"notes"');
  await shell.enter('isecret: one\rtwo\x1b');
  await shell.enter(':wq\r');
  await shell.sees('me@host:~$');
  await shell.type('clear; cat notes\r');
  await shell.sees('two');
  const commands = await shell.commands();
  expect(commands.join('\n')).not.toContain('hunter2');
  expect(commands.map((one) => one.slice(0, 20))).toEqual([
    'read -rsp "[sudo] pa',
    'echo ok',
    `bash -c 'printf "Pas`,
    'vim -u NONE -N notes',
    'clear; cat notes',
  ]);
});

test('lines that a program reads without a prompt, and keys of a pager, are no commands', async () => {
  await using shell = bash();
  await shell.sees('host:~$');
  await shell.type('cat > out\r');
  await shell.type('one\r');
  await shell.type('two\r');
  await shell.type('\x04');
  await shell.type('seq 200 | more\r');
  await shell.sees('More');
  await shell.type('\r\r q');
  await shell.sees('host:~$');
  await shell.type('wc -l out\r');
  await shell.sees('2 out');
  expect(await shell.commands()).toEqual(['cat > out', 'seq 200 | more', 'wc -l out']);
});

test('a screen that was cleared or resized in between, and something at the right edge', async () => {
  await using shell = bash();
  await shell.sees('host:~$');
  await shell.type('echo before\x0c');
  await shell.type(' after\r');
  await shell.sees('\nbefore after');
  // as zsh does: the prompt with something at the right of the cursor
  await shell.type(String.raw`PS1='\[\e[s\e[60C10:42:17\e[u\]% '` + '\r');
  await shell.sees('10:42:17');
  await shell.type('echo aside\r');
  await shell.sees('\naside');
  expect(await shell.commands()).toEqual([
    'echo before after',
    String.raw`PS1='\[\e[s\e[60C10:42:17\e[u\]% '`,
    'echo aside',
  ]);
});
