/** Runs a real client against a real server program over pipes, and keeps what each said, in order. */
import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface Piece {
  readonly to: 'target' | 'person';
  readonly bytes: Buffer;
}

export interface Capture {
  readonly pieces: readonly Piece[];
  /** The command that the client would have had run on the target. */
  readonly command: string;
  readonly status: number | null;
  readonly errors: string;
}

/**
 * `client` gets the path of a program that it uses in the place of ssh. That program connects to us, tells its arguments
 * and relays; we run what it asks for, and so stand where the bastion stands.
 */
export async function captured(
  folder: string,
  client: (ssh: string) => readonly [string, ...string[]],
  input = '',
): Promise<Capture> {
  const pieces: Piece[] = [];
  let command = '';
  const socket = join(folder, 'tee.sock');
  const server = createServer((connection) => {
    let head = Buffer.alloc(0);
    const begin = (bytes: Buffer): void => {
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf(0);
      if (end < 0) return;
      connection.off('data', begin);
      command = head.subarray(0, end).toString();
      const asked = command === 'subsystem sftp' ? '/usr/lib/openssh/sftp-server' : command;
      const program = spawn('/bin/sh', ['-c', `umask 022; ${asked}`], {
        stdio: ['pipe', 'pipe', 'ignore'],
        cwd: folder,
      });
      const toTarget = (more: Buffer): void => {
        pieces.push({ to: 'target', bytes: more });
        program.stdin.write(more);
      };
      program.stdin.on('error', () => {});
      connection.on('error', () => {});
      connection.on('data', toTarget);
      connection.on('end', () => program.stdin.end());
      program.stdout.on('data', (more: Buffer) => {
        pieces.push({ to: 'person', bytes: more });
        connection.write(more);
      });
      program.stdout.on('end', () => connection.end());
      if (end + 1 < head.length) toTarget(head.subarray(end + 1));
    };
    connection.on('data', begin);
  });
  server.listen(socket);
  const [program, ...args] = client(relayProgram(folder, socket));
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  child.stdout.resume();
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise((resolve) => server.close(resolve));
  return { pieces, command, status, errors };
}

/** Options of ssh are left out: what stands after the host, or `-s NAME`, is what is asked for. */
function relayProgram(folder: string, socket: string): string {
  const path = join(folder, 'ssh-relay');
  writeFileSync(
    path,
    `#!${process.execPath}
const net = require('node:net');
const args = process.argv.slice(2);
const words = [];
let subsystem = false;
for (let at = 0; at < args.length; at += 1) {
  const word = args[at];
  if (words.length === 0 && word === '-s') subsystem = true;
  else if (words.length === 0 && /^-[oplFiJc]$/.test(word)) at += 1;
  else if (words.length > 0 || !word.startsWith('-')) words.push(word);
}
const asked = words.slice(1).filter((word, at) => at > 0 || word !== '--').join(' ');
const socket = net.connect({ path: ${JSON.stringify(socket)}, allowHalfOpen: true });
socket.write((subsystem ? 'subsystem ' : '') + asked + '\\0');
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on('end', () => process.exit(0));
socket.on('error', () => process.exit(255));
`,
  );
  chmodSync(path, 0o755);
  return path;
}
