import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Goes to stderr: stdout belongs to what runs after set-up. */
export const say = (line) => process.stderr.write(`set-up: ${line}\n`);

export class StepFailed extends Error {
  constructor(step, message, next) {
    super(message);
    this.step = step;
    this.next = next;
  }
}

/** Children carry this, so that what an interrupted run left behind can be told from anybody else's processes. */
const markName = 'POSTERN_SETUP';
let interruptedBy;
const interrupted = (step) =>
  new StepFailed(step, '', `Interrupted by ${interruptedBy}; the next run repairs what is half done.`);

/**
 * Runs a command silently; its output is shown only when it fails.
 * Throws StepFailed with that output, shortened, and `next`, the thing to do about it.
 */
export async function run(step, [command, ...args], next, { env = {}, mayBeKilled = true } = {}) {
  if (interruptedBy) throw interrupted(step);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env, ...(mayBeKilled && { [markName]: root }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const ended = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  const text = Buffer.concat(output).toString();
  if (interruptedBy) throw interrupted(step);
  if (ended === 0) return;
  throw new StepFailed(step, `${shortened(text)}\n(${command} ${args.join(' ')}: ended with ${ended})`, next);
}

/** npm says what is wrong in its first lines, compilers in their last. */
function shortened(text) {
  const lines = text.trimEnd().split('\n');
  if (lines.length <= 60) return lines.join('\n');
  return [...lines.slice(0, 30), `… ${lines.length - 60} lines left out …`, ...lines.slice(-30)].join('\n');
}

/** A signal ends the children first, so that nothing works on in a tree that nobody holds the lock of. */
export function stopOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      interruptedBy = signal;
      endLeftovers('SIGTERM');
    });
  }
}

/** Ends the marked children in this tree: ours, or those of an earlier run that was killed. */
export function endLeftovers(signal = 'SIGKILL') {
  for (const pid of processes()) {
    if (pid === process.pid) continue;
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      if (environment.includes(`${markName}=${root}`)) process.kill(pid, signal);
    } catch {
      // gone already, or not ours
    }
  }
}

function processes() {
  try {
    return readdirSync('/proc').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

/** The Node that npm runs under, never the one in node_modules: that one disappears while libraries are installed. */
export function outerNode() {
  const inside = (path) => path.startsWith(join(root, 'node_modules'));
  const fromNpm = process.env.npm_node_execpath;
  if (fromNpm && !inside(fromNpm)) return fromNpm;
  if (!inside(process.execPath)) return process.execPath;
  return 'node';
}

/** PATH without node_modules/.bin, for the same reason. */
export const outerPath = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
