import * as pty from 'node-pty';

/** One interactive path to a shell, driven byte by byte. Times are milliseconds. */
export interface Driver {
  write(text: string): void;
  /** Waits for the bytes after everything already waited for; gives the time at which they were there. */
  wait(wanted: string, seconds?: number): Promise<number>;
  /** Throws away what came so far. */
  flush(): void;
  received(): number;
  close(): Promise<void>;
}

export function drive(command: string, args: readonly string[], size = { columns: 120, rows: 40 }): Driver {
  const child = pty.spawn(command, [...args], {
    cols: size.columns,
    rows: size.rows,
    encoding: null,
    name: 'xterm-256color',
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', TERM: 'xterm-256color', HOME: '/nonexistent' },
  });
  let tail: Buffer = Buffer.alloc(0);
  let total = 0;
  let ended = false;
  let waiter: { readonly wanted: Buffer; readonly met: (at: number) => void } | null = null;
  const check = (): void => {
    if (waiter === null) return;
    const at = tail.indexOf(waiter.wanted);
    if (at < 0) {
      if (tail.length > 1 << 20) tail = tail.subarray(tail.length - 4096);
      return;
    }
    tail = tail.subarray(at + waiter.wanted.length);
    const { met } = waiter;
    waiter = null;
    met(performance.now());
  };
  child.onData((data) => {
    const bytes = data as unknown as Buffer;
    total += bytes.length;
    tail = tail.length === 0 ? bytes : Buffer.concat([tail, bytes]);
    check();
  });
  const exit = new Promise<void>((resolve) => {
    child.onExit(() => {
      ended = true;
      resolve();
    });
  });
  return {
    write: (text) => child.write(text),
    wait(wanted, seconds = 30) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiter = null;
          reject(
            new Error(
              `waited ${seconds} s for ${JSON.stringify(wanted)}${ended ? ' (the client ended)' : ''}; the last bytes: ${JSON.stringify(tail.subarray(-400).toString('latin1'))}`,
            ),
          );
        }, seconds * 1000);
        waiter = {
          wanted: Buffer.from(wanted),
          met: (at) => {
            clearTimeout(timer);
            resolve(at);
          },
        };
        check();
      });
    },
    flush: () => void (tail = Buffer.alloc(0)),
    received: () => total,
    async close() {
      if (!ended) process.kill(child.pid, 'SIGKILL');
      await exit;
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
