import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const KEEPER = join(import.meta.dirname, 'fixtures/keeper.mjs');
const keep = (...args: readonly string[]): string =>
  spawnSync(process.execPath, [KEEPER, ...args], { encoding: 'utf8' }).stdout.trim();

it.each([
  ['what is no JSON\n'],
  ['{"cmd":"NODE_HANDLE_ACK"}\n'],
  ['{"cmd":"NODE_HANDLE_NACK"}\n'],
  ['null\n'],
])('a child that says %j takes nobody down', (line) => expect(keep(line)).toBe('lived'));

it('a fault of our own is not taken for the channel', () => {
  expect(keep('{}\n', 'throws')).toBe('not the channel: a fault of ours');
});
