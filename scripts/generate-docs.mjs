// Writes the tables of docs/ that come from the source, so that they cannot lie: keys.md, errors.md and policy.md.
// `node scripts/generate-docs.mjs`: whatever Node that is, our own does it, which reads TypeScript by itself.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownNode } from './setup/libraries.mjs';

if (Number.parseInt(process.versions.node, 10) < 26) {
  if (!existsSync(ownNode))
    console.error('There is no Node of our own yet. Run "node scripts/setup.mjs" first.');
  process.exit(spawnSync(ownNode, process.argv.slice(1), { stdio: 'inherit' }).status ?? 69);
}
// only a new Node has it
const { registerHooks } = await import('node:module');

// our own imports name what is compiled; here the source is read as it is
registerHooks({
  resolve: (specifier, context, next) =>
    next(
      context.parentURL?.endsWith('.ts') && /^\.{1,2}\/.*\.js$/.test(specifier)
        ? specifier.replace(/js$/, 'ts')
        : specifier,
      context,
    ),
});
const { FAILURES } = await import('../src/domain/failures.ts');
const { CONFIGURED, SETTINGS } = await import('../src/domain/settings.ts');
const { EXIT } = await import('../src/domain/failure.ts');
const { COMMANDS, SCREENS } = await import('../src/portal/keys.ts');
const { keyWord } = await import('../src/portal/key-words.ts');

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const row = (cells) => `| ${cells.join(' | ')} |`;
const code = (text) => (text.includes('`') ? text : `\`${text}\``);

function table(heads, rows) {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
}

/** docs/keys.md: what every screen listens to. */
export function keysPage() {
  const screens = Object.values(SCREENS).map(({ title, typing, commands }) => {
    const rows = commands.map((name) => [
      COMMANDS[name].keys.map((key) => code(keyWord(key))).join(' '),
      cell(COMMANDS[name].help),
    ]);
    const typed = typing ? 'Every character is text, in any script.\n\n' : '';
    return `## ${title}\n\n${typed}${table(['Keys', 'What they do'], rows)}`;
  });
  const head = `# Keys\n\nGenerated from \`src/portal/keys.ts\` by \`scripts/generate-docs.mjs\`; the help screen shows the same table. No function keys are needed.\nWhere the line at the bottom is short of room, \`^F\` stands for \`Ctrl-F\`. While a session has the terminal, every key goes to the session.`;
  return `${[head, ...screens].join('\n\n')}\n`;
}

const SIDES = { ours: 'our side', target: 'the target’s side' };
const EXITS = {
  done: 'everything was done',
  failed: 'it failed; the error says why',
  usage: 'the command was not understood',
  denied: 'not permitted',
  notFound: 'what was named does not exist, or may not be seen',
  unavailable: 'Postern, or a part of it, is not running',
  integrity: 'something was changed that must not change',
};

/** docs/errors.md: every failure that a person or a script may see, and the exit codes of the CLI. */
export function errorsPage() {
  const rows = Object.entries(FAILURES).map(([name, { side, stage, message, next }]) => [
    code(name),
    SIDES[side],
    stage ?? '',
    cell(message),
    cell(next),
  ]);
  const exits = Object.entries(EXIT).map(([name, value]) => [value, name, EXITS[name] ?? '']);
  return `# Errors

Generated from \`src/domain/failure.ts\` by \`scripts/generate-docs.mjs\`. Every error carries a code, a side, a stage of the session if it belongs to one, a message and the next step.
An error before the notice "Your session is being recorded." is on our side, or the target cannot be reached; after it, it is the target's, unless the recorder failed.
\`{detail}\` stands for what was found in the case.

${table(['Code', 'Side', 'Stage', 'Message', 'Next'], rows)}

## Exit codes of \`postern\`

${table(['Code', 'Name', 'Meaning'], exits)}
`;
}

/** docs/policy.md: every setting of policy. */
export function policyPage() {
  const rows = Object.entries(SETTINGS).map(([name, { kind, otherwise, meaning, levels }]) => [
    code(name),
    cell(meaning),
    cell(kind.allowed),
    cell(kind.show(otherwise)),
    !levels.includes('system')
      ? `only of a ${levels.join(', ')}`
      : CONFIGURED.includes(name)
        ? '`config.json`'
        : '`postern policy set`',
  ]);
  return `# Policy

Generated from \`src/domain/settings.ts\` by \`scripts/generate-docs.mjs\`.

A setting may be said for the system, a platform, a safe and an account; what is said nearer to the account wins. Each change is in the
audit (940) and counts from the next connection on; how a session was allowed to run does not change while it runs.

    bin/postern policy show                                   # the system
    bin/postern platform set UnixSSH reasonRequired yes
    bin/postern safe set Linux-Servers localForwarding '127.0.0.1:*,*.db.example:5432'
    bin/postern account set root@web1.example idleMinutes 10
    bin/postern account unset root@web1.example idleMinutes
    bin/postern account show root@web1.example                # each value, and who says it
    bin/postern explain alice root@web1.example               # the same, with everything else that decides

A kind of target that needs settings of its own is a copy of another: it begins with what is set for that, and from then on each goes its own
way. Platforms that accounts are of are not deleted.

    bin/postern platform add Appliance --like UnixSSH
    bin/postern platform set Appliance defaultPort 2222       # where its targets listen, unless an account says otherwise
    bin/postern account update admin@switch1.example --platform Appliance
    bin/postern platform list
    bin/postern platform delete Appliance

What is lent to a target (\`agentForwarding\`, \`x11Forwarding\`) can be used by whoever is root there, for as long as the session runs. Through a display that the person's client trusts
(\`ssh -Y\`) root sees all keys and pictures of that display, those of other windows too; \`ssh -X\` with \`ForwardX11Trusted no\` keeps them apart. What windows show, and what is typed into them, is not recorded:
[threat-model.md](threat-model.md). Sessions of an account that takes four eyes are lent no display, nor are any below isolation level 3.

A stored setting that a release does not understand lets nobody connect to the accounts that it is for, until it is set anew or unset.

${table(['Setting', 'Meaning', 'Allowed', 'Otherwise', 'Of the system'], rows)}
`;
}

export const PAGES = {
  'docs/keys.md': keysPage,
  'docs/errors.md': errorsPage,
  'docs/policy.md': policyPage,
};

if (import.meta.main) {
  for (const [path, page] of Object.entries(PAGES))
    writeFileSync(join(import.meta.dirname, '..', path), page());
}
