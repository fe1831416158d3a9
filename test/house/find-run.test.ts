import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runDirectory } from '#/contract/sockets.js';
import { findRun } from '#/house/find-run.js';

/** Someone who is not root, and somebody else. */
const [PERSON, OTHER] = [54_321, 54_322];

describe.runIf(process.getuid?.() === 0)('where a daemon runs, for a person who is not root', () => {
  let home: string;
  let made: string[];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'postern-find-'));
    made = [home];
  });
  afterEach(() => {
    for (const path of made) rmSync(path, { recursive: true });
  });
  function make(path: string, owner: number): string {
    mkdirSync(path);
    chownSync(path, owner, owner);
    made.push(path);
    return path;
  }

  test("root's", () => {
    const run = make(runDirectory(home, 0), 0);
    expect(findRun(home, PERSON)).toBe(run);
    expect(findRun(home, 0)).toBe(run);
  });

  test('his own', () => {
    const run = make(runDirectory(home, PERSON), PERSON);
    expect(findRun(home, PERSON)).toBe(run);
  });

  test("the home's owner's, but never a stranger's", () => {
    const run = make(runDirectory(home, PERSON), OTHER);
    expect(findRun(home, PERSON)).toBe(runDirectory(home, 0));
    chownSync(home, OTHER, OTHER);
    expect(findRun(home, PERSON)).toBe(run);
  });
});
