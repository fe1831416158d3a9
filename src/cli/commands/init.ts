import type { Command } from 'commander';
export function initCommand(_program: Command): void {}
