import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportReport } from '#/contract/calls.js';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { done } from '#/domain/outcome.js';
import { newAccount } from '../change-account.js';
import { accountProblems, identityOf } from '../new-account.js';
import { allPlatforms } from '../platforms.js';
import { type ImportLine, type ImportProblem, readImport } from '../read-import.js';
import type { Records } from '../records/records.js';
import type { Safe } from '../records/safes.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';

const BETWEEN_TURNS = 50;

/** Accounts from a CSV file: all of them or none, and every problem at once. */
export function importCalls(vault: Vault): Handlers<'admin.account.import'> {
  return {
    'admin.account.import': ({ dryRun }, _asking, file) =>
      vault.store.transaction(async (records) => {
        const read = readImport(file, await allPlatforms(records));
        if (!read.ok) return done({ value: { rows: 0, added: 0, problems: [read.problem] } });
        const checked = await check(records, read.lines);
        const report: ImportReport = { rows: read.lines.length, added: 0, problems: checked.problems };
        if (checked.problems.length > 0 || dryRun) return done({ value: report });
        for (const [place, { line, safe }] of checked.good.entries()) {
          // the supervisor takes a vault that stands still over thousands for frozen, and ends it
          if (place % BETWEEN_TURNS === 0) await nextTurn();
          const payload = encodeSecretPayload(Buffer.from(line.password, 'utf8'), Buffer.alloc(0));
          const { platform, user, address, port, hostKey } = line;
          const wanted = { platform, user, address, port, hostKey, secretKind: 'password' } as const;
          // each with rows of its own: whose key was pinned for an address must be found later
          const added = await newAccount(vault, records, CONSOLE, safe, wanted, payload);
          payload.fill(0);
          // what was checked a moment ago, in this same transaction, cannot fail; if it does, nothing stays
          if (!added.ok) throw new Error(added.failure.message);
        }
        await vault.journal.append(records.audit, {
          ...CONSOLE,
          action: 'accountChanged',
          outcome: 'ok',
          detail: `${checked.good.length} accounts imported`,
        });
        return done({ value: { ...report, added: checked.good.length } });
      }),
  };
}

interface Checked {
  readonly problems: readonly ImportProblem[];
  readonly good: readonly { readonly line: ImportLine; readonly safe: Safe }[];
}

async function check(records: Records, lines: readonly ImportLine[]): Promise<Checked> {
  const safes = new Map((await records.safes.safes()).map((safe) => [safe.name.toLowerCase(), safe]));
  const there = new Set((await records.accounts.accounts()).map((one) => `${one.safeId} ${identityOf(one)}`));
  const seen = new Map<string, number>();
  const problems: ImportProblem[] = [];
  const good: { line: ImportLine; safe: Safe }[] = [];
  for (const line of lines) {
    const safe = safes.get(line.safe.toLowerCase());
    const found = problemsOf(line, safe);
    const key = `${safe?.id ?? ''} ${identityOf(line)}`;
    const before = seen.get(key);
    if (before !== undefined)
      found.push({ line: line.line, column: 'user', message: `the same account is on line ${before}` });
    else if (there.has(key))
      found.push({
        line: line.line,
        column: 'user',
        message: `${line.user}@${line.address} is in safe ${line.safe} already`,
      });
    seen.set(key, before ?? line.line);
    problems.push(...found);
    if (safe !== undefined && found.length === 0) good.push({ line, safe });
  }
  return { problems, good };
}

function problemsOf(line: ImportLine, safe: Safe | undefined): ImportProblem[] {
  const found: ImportProblem[] = line.problems.map(({ column, message }) => ({
    line: line.line,
    column,
    message,
  }));
  if (safe === undefined)
    found.push({ line: line.line, column: 'safe', message: `there is no safe ${line.safe}` });
  else if (safe.builtIn)
    found.push({ line: line.line, column: 'safe', message: `safe ${safe.name} is the vault's own` });
  const payload = encodeSecretPayload(Buffer.from(line.password, 'utf8'), Buffer.alloc(0));
  found.push(
    ...accountProblems(line, { kind: 'password', payload }).map(({ part, why }) => ({
      line: line.line,
      column: part,
      message: why,
    })),
  );
  payload.fill(0);
  return found;
}
