import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DemoFile, hashPassword, passwordFits } from '#/demo/demo-files.js';
import { type DemoServer, demoServer } from '#/demo/demo-server.js';
import { furnish } from '#/demo/welcome.js';
import { makeHostKey } from '#/house/ssh-host-key.js';

const folder = mkdtempSync(join(tmpdir(), 'demo-'));
const account: DemoFile = {
  user: 'demo',
  address: '127.0.0.1',
  port: 0,
  ...hashPassword(Buffer.from('right')),
};
const clients: { readonly client: ssh2.Client; readonly gone: Promise<void> }[] = [];
let server: DemoServer;
let listener: Server;
let port = 0;

beforeAll(async () => {
  makeHostKey(folder, 'demo');
  furnish(folder);
  const hostKey = readFileSync(join(folder, 'ssh_host_ed25519_key'));
  server = demoServer({ hostKey, account, shell: { home: folder, user: 'demo' }, onError: () => undefined });
  listener = createServer((socket) => server.accept(socket));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterEach(async () => {
  const opened = clients.splice(0);
  for (const { client } of opened) client.destroy();
  await Promise.all(opened.map(({ gone }) => gone));
});
afterAll(() => {
  listener.close();
  rmSync(folder, { recursive: true });
});

/** Logs in; 'ready', or why not. */
function connect(
  password: string,
  username = 'demo',
): Promise<{ readonly client: ssh2.Client; readonly said: string }> {
  const client = new ssh2.Client();
  clients.push({ client, gone: new Promise((resolve) => client.on('close', () => resolve())) });
  return new Promise((resolve) => {
    client.on('ready', () => resolve({ client, said: 'ready' }));
    client.on('error', (error) => resolve({ client, said: error.message }));
    client.on('close', () => resolve({ client, said: 'closed' }));
    client.connect({ host: '127.0.0.1', port, username, password });
  });
}

interface Ended {
  readonly out: string;
  readonly err: string;
  readonly status: number | undefined;
}

function gather(channel: ssh2.ClientChannel): Promise<Ended> {
  let out = '';
  let err = '';
  let status: number | undefined;
  channel.on('data', (bytes: Buffer) => (out += bytes.toString()));
  channel.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  channel.on('exit', (code: number) => (status = code));
  return new Promise((resolve) => channel.on('close', () => resolve({ out, err, status })));
}

const run = (client: ssh2.Client, command: string): Promise<Ended> =>
  new Promise((resolve, reject) =>
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(gather(channel)))),
  );

describe('the demo target', () => {
  it('lets nobody in but its account with its password', async () => {
    expect((await connect('wrong')).said).toMatch(/authentication methods failed/);
    expect((await connect('')).said).toMatch(/authentication methods failed/);
    expect((await connect('right', 'root')).said).toMatch(/authentication methods failed/);
    expect((await connect('right')).said).toBe('ready');
  });

  it('runs a command with its outputs apart and its status', async () => {
    const { client } = await connect('right');
    expect(await run(client, 'echo out; echo err >&2; cat README | head -1; exit 3')).toEqual({
      out: 'out\nWelcome to the demo target.\n',
      err: 'err\n',
      status: 3,
    });
  });

  it('gives a shell on a terminal, greets, and follows the size of the window', async () => {
    const { client } = await connect('right');
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      client.shell({ term: 'xterm', cols: 80, rows: 24 }, (error, opened) =>
        error ? reject(error) : resolve(opened),
      ),
    );
    let seen = '';
    channel.on('data', (bytes: Buffer) => (seen += bytes.toString()));
    const ended = gather(channel);
    await expect.poll(() => seen, { timeout: 8000 }).toMatch(/~[$#]/);
    channel.write('stty size; echo TERM=$TERM\n');
    await expect.poll(() => seen, { timeout: 8000 }).toMatch(/24 80\r\nTERM=xterm\r\n/);
    channel.setWindow(40, 120, 0, 0);
    channel.write('stty size\n');
    await expect.poll(() => seen, { timeout: 8000 }).toContain('40 120');
    channel.write('exit 5\n');
    expect((await ended).status).toBe(5);
    expect(seen).toContain('This is the demo target');
  });

  it('reads the commands of a shell without a terminal to their end, and says nothing else', async () => {
    const { client } = await connect('right');
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      client.shell(false, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    const ended = gather(channel);
    channel.end('echo out\nexit 4\n');
    expect(await ended).toEqual({ out: 'out\n', err: '', status: 4 });
  });

  it.runIf(existsSync('/usr/lib/openssh/sftp-server'))('takes and gives files by sftp', async () => {
    const { client } = await connect('right');
    const sftp = await new Promise<ssh2.SFTPWrapper>((resolve, reject) =>
      client.sftp((error, opened) => (error ? reject(error) : resolve(opened))),
    );
    await new Promise<void>((resolve, reject) =>
      sftp.writeFile('by-sftp', 'a file', (error) => (error ? reject(error) : resolve())),
    );
    expect(readFileSync(join(folder, 'by-sftp'), 'utf8')).toBe('a file');
  });

  it('has no other subsystem, and says so', async () => {
    const { client } = await connect('right');
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      client.subsys('netconf', (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    expect(await gather(channel)).toEqual({
      out: '',
      err: 'The demo target has no such subsystem.\n',
      status: 1,
    });
  });

  it('forwards nothing', async () => {
    const { client } = await connect('right');
    await expect(
      new Promise((resolve, reject) =>
        client.forwardOut('127.0.0.1', 1, '127.0.0.1', port, (error, channel) =>
          error ? reject(error) : resolve(channel),
        ),
      ),
    ).rejects.toThrow();
  });

  it('takes ten connections, and no more', async () => {
    const many = await Promise.all(Array.from({ length: 12 }, async () => (await connect('right')).said));
    expect(many.filter((said) => said === 'ready')).toHaveLength(10);
  });
});

describe('its password', () => {
  it('is kept as a hash that fits only itself', () => {
    const kept = hashPassword(Buffer.from('canary'));
    expect(JSON.stringify(kept)).not.toContain('canary');
    expect(passwordFits(kept, Buffer.from('canary'))).toBe(true);
    expect(passwordFits(kept, Buffer.from('canarz'))).toBe(false);
    expect(hashPassword(Buffer.from('canary')).hash).not.toBe(kept.hash);
  });
});
