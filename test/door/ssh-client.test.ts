import { afterEach, expect, test } from 'vitest';
import { openRig, ssh } from './rig.js';

test('a', async () => {
  const rig = await openRig();
  const person = ssh(rig, ['-tt', '']);
  await person.sees('hello alice xterm-256color 80x24');
  person.pty.resize(100, 30);
  await person.sees('now 100x30');
  person.pty.write('xq');
  await person.sees('got "xq"');
  expect(await person.exit).toBe(0);
  const two = ssh(rig, ['-T', 'ls']);
  expect(await two.exit).toBe(1);
  console.log(two.screen(), rig.lines);
  await rig.close();
});
