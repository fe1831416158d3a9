import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';

/**
 * Shows `source` at `target` too, which is made when missing; what may be written, with the file systems mounted below it:
 * a spool may be a volume of its own. Throws with mount(8)'s own words.
 */
export function bind(source: string, target: string, readOnly: boolean): void {
  if (statSync(source).isDirectory()) mkdirSync(target, { recursive: true, mode: 0o755 });
  else closeSync(openSync(target, 'a', 0o644));
  mount([...(readOnly ? ['--bind', '-o', 'bind,ro'] : ['--rbind']), source, target]);
}

/** `options` as mount(8) takes them. */
export function tmpfs(target: string, options: string): void {
  mkdirSync(target, { recursive: true, mode: 0o755 });
  mount(['-t', 'tmpfs', '-o', options, 'tmpfs', target]);
}

/** Takes a mount away; what still uses it keeps it until it lets go. */
export function unmount(target: string): void {
  spawnSync('umount', ['--no-mtab', '--lazy', target], { stdio: 'ignore' });
}

function mount(args: readonly string[]): void {
  const ran = spawnSync('mount', ['--no-mtab', ...args], { encoding: 'utf8' });
  if (ran.status !== 0)
    throw new Error(`mount ${args.join(' ')}: ${ran.error?.message ?? ran.stderr.trim()}`);
}
