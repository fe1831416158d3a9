import serialize from '@xterm/addon-serialize';
import type { Terminal } from '@xterm/headless';

export function restore(terminal: Terminal): string {
  const addon = new serialize.SerializeAddon();
  (terminal as unknown as { loadAddon(a: unknown): void }).loadAddon(addon);
  return addon.serialize({ scrollback: 0 });
}
