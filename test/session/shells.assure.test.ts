import { expect, test } from 'vitest';
import { startShell } from './shell-rig.ts';

test('zsh: prompts on both sides, a statement over lines, a line of the history', async () => {
  await using shell = startShell('/usr/bin/zsh', ['-f', '-i'], {
    env: ['PS1=%m %# ', 'RPROMPT=%T', 'PROMPT_EOL_MARK='],
  });
  await shell.sees('#');
  await shell.type('echo one\r');
  await shell.type('for i in 1 2\r');
  await shell.type('do echo $i\r');
  await shell.type('done\r');
  await shell.type('\x1b[A\r');
  await shell.type('print -n "pass: "; read -s word\r');
  await shell.sees('pass:');
  await shell.type('hunter2\r');
  await shell.type('ls /et\t\r');
  const commands = await shell.commands();
  expect(commands.join('\n')).not.toContain('hunter2');
  expect(commands.map((one) => one.replace(/\s+/g, ' '))).toEqual([
    'echo one',
    'for i in 1 2 do echo $i done',
    expect.stringMatching(/^for i in 1 2[ ;]+do echo \$i[ ;]+done$/),
    'print -n "pass: "; read -s word',
    'ls /etc',
  ]);
});

test('fish: suggestions are not taken for commands', async () => {
  await using shell = startShell('/usr/bin/fish', ['--no-config', '-i']);
  await shell.sees('~#');
  await shell.type('echo one two three\r');
  await shell.type('echo one\r');
  await shell.type('echo one tw\x1b[C\r');
  await shell.type('read -s -P "pass: " word\r');
  await shell.sees('pass:');
  await shell.type('hunter2\r');
  await shell.type('echo last\r');
  const commands = await shell.commands();
  expect(commands.join('\n')).not.toContain('hunter2');
  expect(commands).toEqual([
    'echo one two three',
    'echo one',
    'echo one two three',
    'read -s -P "pass: " word',
    'echo last',
  ]);
});
