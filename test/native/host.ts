/** Plays the session host: an unprivileged process that starts a box on a pty or on pipes. Run by rig.ts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { type IPty, spawn as spawnPty } from 'node-pty';

export type Order =
  | { do: 'pty' | 'pipes'; box: string; args: string[] }
  | { do: 'write'; data: string }
  | { do: 'resize'; columns: number; rows: number };
export type News = { ready: true } | { data: string } | { exit: number; signal: number | string };

const [uid, gid] = process.argv.slice(2).map(Number) as [number, number];
const tell = (news: News) => process.send?.(news);
if (process.getuid?.() === 0) {
  process.setgroups?.([gid, 4, 42]); // as if the service account had groups of its own
  process.setgid?.(gid);
  process.setuid?.(uid);
}
let pty: IPty | undefined;
let child: ChildProcess | undefined;

process.on('message', (order: Order) => {
  if (order.do === 'write') {
    pty?.write(order.data);
    child?.stdin?.write(order.data);
  } else if (order.do === 'resize') pty?.resize(order.columns, order.rows);
  else if (order.do === 'pty') {
    pty = spawnPty(order.box, order.args, { cols: 80, rows: 24, encoding: 'utf8', cwd: '/' });
    pty.onData((data) => tell({ data }));
    pty.onExit(({ exitCode, signal }) => tell({ exit: exitCode, signal: signal ?? 0 }));
  } else {
    const leak = openSync('/etc/hostname', 'r'); // inherited by the box, and must not be seen in it
    child = spawn(order.box, order.args, {
      stdio: ['pipe', 'pipe', 'pipe', leak, leak, leak],
      env: { LD_PRELOAD: '/x', SECRET: 'no' },
    });
    child.stdout?.on('data', (data) => tell({ data: String(data) }));
    child.stderr?.on('data', (data) => tell({ data: String(data) }));
    child.on('close', (code, signal) => tell({ exit: code ?? -1, signal: signal ?? 0 }));
  }
});
tell({ ready: true });
