import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Pty, startPty } from '#/session/pty.js';
import { learnCharsets } from '#/session/screen/charsets.js';
import { createModel, type Model } from '#/session/screen/model.js';

/** One key, also where it is several bytes. */
const KEYS = new RegExp(String.raw`(${String.fromCharCode(27)}\[[\d;]*[A-Za-z~]|[^])`, 'u');
const charsets = learnCharsets();

/** A real program on a real terminal, with the model that reads commands from its screen. */
export interface ShellRig extends AsyncDisposable {
  /** As a person does: when what is on the screen has come to rest. */
  type(keys: string): Promise<void>;
  /** All at once, and what it brings about has come to rest. */
  enter(keys: string): Promise<void>;
  /** All at once, whatever is on the screen. */
  paste(keys: string): void;
  sees(text: string): Promise<void>;
  screen(): string;
  /** What was read so far. */
  commands(): Promise<readonly string[]>;
}

export function startShell(
  file: string,
  args: readonly string[],
  options: { readonly env?: readonly string[]; readonly columns?: number } = {},
): ShellRig {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  const size = { columns: options.columns ?? 80, rows: 24 };
  const read: string[] = [];
  const model: Model = createModel(size, charsets, { command: ({ text }) => read.push(text) });
  let lastOutput = Date.now();
  let outputs = 0;
  let exited = false;
  const pty: Pty = startPty({
    file: '/bin/sh',
    args: ['-c', 'cd && exec "$0" "$@"', file, ...args],
    env: [
      'TERM=xterm-256color',
      'PATH=/usr/bin:/bin',
      `HOME=${folder}`,
      'LANG=C.UTF-8',
      ...(options.env ?? []),
    ],
    size,
    onData(bytes) {
      lastOutput = Date.now();
      outputs += 1;
      model.write(bytes);
    },
    onExit: () => (exited = true),
  });
  const screen = (): string =>
    Array.from({ length: size.rows }, (_, row) =>
      model.terminal.buffer.active.getLine(row)?.translateToString(true),
    ).join('\n');
  const paste = (keys: string): void => {
    model.typed(Buffer.from(keys), Date.now());
    pty.write(Buffer.from(keys));
  };
  const wait = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
  const sees = async (text: string): Promise<void> => {
    const end = Date.now() + 5000;
    while (!screen().includes(text)) {
      if (Date.now() > end) throw new Error(`"${text}" is not on the screen:\n${screen()}`);
      await wait(5);
    }
  };
  const rest = async (): Promise<void> => {
    while (Date.now() - lastOutput < 100) await wait(5);
  };
  return {
    async type(keys) {
      for (const key of keys.split(KEYS).filter((one) => one !== '')) {
        const [before, heard] = [Date.now(), outputs];
        paste(key);
        // an echo comes within a moment, on a loaded machine too; a password has none
        while (Date.now() - before < 120 && outputs === heard) await wait(1);
      }
      await rest();
    },
    async enter(keys) {
      const [before, heard] = [Date.now(), outputs];
      paste(keys);
      while (Date.now() - before < 1000 && outputs === heard) await wait(5);
      await rest();
    },
    paste,
    sees,
    screen,
    async commands() {
      await new Promise<void>((done) => model.flush(done));
      return read;
    },
    async [Symbol.asyncDispose]() {
      pty.destroy();
      for (let tries = 0; !exited && tries < 200; tries += 1) await wait(10);
      model.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
