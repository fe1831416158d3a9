import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXIT } from '#/domain/failure.js';
import { FAILURES } from '#/domain/failures.js';
import { COMMANDS, SCREENS } from '#/portal/keys.js';
// @ts-expect-error a script has no types
import { PAGES } from '../../scripts/generate-docs.mjs';

const pages = PAGES as Readonly<Record<string, () => string>>;

test.each(Object.keys(pages))(
  '%s is current: node_modules/.bin/node scripts/generate-docs.mjs writes it',
  (path) => {
    expect(readFileSync(path, 'utf8')).toBe(pages[path]?.());
  },
);

test('the pages leave nothing out', () => {
  const [keys = '', errors = ''] = ['docs/keys.md', 'docs/errors.md'].map((path) =>
    readFileSync(path, 'utf8'),
  );
  for (const command of Object.values(COMMANDS)) expect(keys).toContain(command.help);
  for (const { title } of Object.values(SCREENS)) expect(keys).toContain(`## ${title}`);
  for (const code of Object.keys(FAILURES)) expect(errors).toContain(`\`${code}\``);
  for (const [name, code] of Object.entries(EXIT))
    expect(errors).toMatch(new RegExp(`^\\| ${code} \\| ${name} \\| .+ \\|$`, 'm'));
  expect(errors).not.toContain('undefined');
});
