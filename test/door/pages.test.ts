/** The way of a person's browser to his pages: the real ssh client carries it, and nothing else. */
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import type { Terminal } from '#/door/terminal.js';
import { openRig, type Person, type Rig, ssh, until } from './rig.ts';

let rig: Rig;
let person: Person | null = null;
afterEach(async () => {
  person?.pty.kill();
  await rig.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Alice's terminal, with ssh -L to that place; the port that it listens on. */
async function forwarded(place: string): Promise<{ readonly port: number; readonly terminal: Terminal }> {
  rig = await openRig({});
  const port = await freePort();
  person = ssh(rig, ['-L', `${port}:${place}`, '-o', 'ExitOnForwardFailure=yes']);
  await until(() => rig.terminals.length === 1);
  const [terminal] = rig.terminals;
  if (terminal === undefined) throw new Error('no terminal');
  return { port, terminal };
}

/** What comes back through the tunnel; '' when it was refused. */
async function get(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  return await text(socket).catch(() => '');
}

const pages = createHttpServer((_request, response) => {
  response.end(`hello ${'x'.repeat(500_000)}`);
});
const serve = (stream: unknown) => void pages.emit('connection', stream);

test('a browser gets to what its person was offered, and only while he is', async () => {
  const { port, terminal } = await forwarded('web:80');
  expect(await get(port), 'nobody is logged in').toBe('');
  terminal.identified();
  expect(await get(port), 'nothing is offered').toBe('');
  terminal.offerPages?.(serve);
  const answers = await Promise.all([get(port), get(port), get(port)]);
  for (const answer of answers) {
    expect(answer).toContain('200 OK');
    expect(answer.length).toBeGreaterThan(500_000);
  }
  terminal.offerPages?.(null);
  expect(await get(port), 'it was taken back').toBe('');
  terminal.offerPages?.(serve);
  terminal.forgotten();
  expect(await get(port), 'he logged out').toBe('');
});

test.each(['web:8080', 'web1:80', 'localhost:80', '127.0.0.1:22'])(
  'the menu forwards to nowhere else: %s',
  async (place) => {
    const { port, terminal } = await forwarded(place);
    terminal.identified();
    terminal.offerPages?.(serve);
    expect(await get(port)).toBe('');
  },
);
