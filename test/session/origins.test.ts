import { expect, test } from 'vitest';
import { watchOrigins } from '#/session/origins.js';
import { saidLines } from '#/session/said-lines.js';

const line = (host: string, port: number, from: string, fromPort: number): string =>
  `debug1: clientloop.c:client_request_forwarded_tcpip():1500 (pid=7): listen ${host} port ${port}, originator ${from} port ${fromPort}\r\n`;

test('each connection has the origin that was said of its place, in their order, however it is cut', async () => {
  const origins = watchOrigins();
  const hear = saidLines(origins);
  const all =
    line('localhost', 80, '127.0.0.1', 1) + line('', 81, '::1', 2) + line('localhost', 80, '::1', 3);
  for (const byte of Buffer.from(all)) hear(Buffer.from([byte]));
  expect(await origins.take({ host: '*', port: 81 })).toEqual({ host: '::1', port: 2 });
  expect(await origins.take({ host: 'localhost', port: 80 })).toEqual({ host: '127.0.0.1', port: 1 });
  expect(await origins.take({ host: 'localhost', port: 80 })).toEqual({ host: '::1', port: 3 });
});

test('one that is said late is waited for a moment, one that is not said is not known', async () => {
  const origins = watchOrigins();
  const hear = saidLines(origins);
  const asked = origins.take({ host: 'localhost', port: 80 });
  hear(Buffer.from('something else\n'));
  hear(Buffer.from(line('localhost', 81, '127.0.0.1', 9)));
  hear(Buffer.from(line('localhost', 80, '127.0.0.1', 5)));
  expect(await asked).toEqual({ host: '127.0.0.1', port: 5 });
  expect(await origins.take({ host: 'localhost', port: 80 })).toBeNull();
});
