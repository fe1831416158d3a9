import { expect, test } from 'vitest';
import { serveTerminal } from '#/processes/portal/serve-terminal.js';
import { openRig, ssh } from '../door/rig.js';
import { openHouse } from './house.js';

test('log in, connect, work, come back, leave', async () => {
  const house = await openHouse();
  const rig = await openRig({ serve: (terminal) => serveTerminal(terminal, { vault: house.vault, run: house.run, log: (...a) => console.log(...a), draining: new AbortController().signal }) });
  await house.host(1, (guest) => {
    guest.say({ type: 'stage', stage: 3, state: 'done' });
    guest.say({ type: 'live' });
    guest.data(Buffer.from('WELCOME\r\n'));
    guest.onData = (bytes) => {
      guest.data(bytes);
      if (bytes.includes('q')) guest.say({ type: 'ended', ending: { kind: 'exited', status: 0, signal: null } });
    };
  });
  const person = ssh(rig, ['-tt']);
  try {
  await person.sees('alice');
  person.pty.write('right\r');
  await person.sees('admin60');
  person.pty.write('\r');
  await person.sees('WELCOME');
  person.pty.write('xyz');
  await person.sees('xyz');
  person.pty.write('q');
  await person.sees(/ended|exit/i);
  person.pty.write('\x11');
  } finally { console.log(person.screen()); console.log(house.asked.map(a=>a.call)); }
  await rig.close();
  await house.close();
});
