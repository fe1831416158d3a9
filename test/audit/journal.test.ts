import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ChainedEvent } from '#/audit/chain.js';
import { createJournal, verifyEnd, verifyJournal } from '#/audit/journal.js';
import type { AuditRecords, SignedTail } from '#/audit/records.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const check = (text: string, signature: string): boolean =>
  verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64'));

function memory(): AuditRecords & { rows: ChainedEvent[]; end: SignedTail | null } {
  return {
    rows: [],
    end: null,
    last() {
      return Promise.resolve(this.rows.at(-1) ?? null);
    },
    append(event, signEnd) {
      this.rows.push(event);
      this.end = signEnd(event) ?? this.end;
      return Promise.resolve();
    },
    list({ after, limit, newestFirst }) {
      const rows = this.rows.filter((row) => row.sequence > after);
      return Promise.resolve((newestFirst ? rows.toReversed() : rows).slice(0, limit));
    },
    tail() {
      return Promise.resolve(this.end);
    },
  };
}

async function written(rows: number, sealedFrom = Infinity) {
  const records = memory();
  let n = 0;
  const journal = createJournal({
    bastion: 'b',
    now: () => n,
    sign: (text) => (n < sealedFrom ? sign(null, Buffer.from(text), privateKey).toString('base64') : null),
  });
  for (; n < rows; n += 1)
    await journal.append(records, { action: 'logon', outcome: 'ok', actor: `user ${n}` });
  return records;
}

describe('the journal', () => {
  test('is intact over several pages', async () => {
    expect(await verifyJournal({ records: await written(4500), verify: check })).toMatchObject({
      intact: true,
      rows: 4500,
    });
  });

  test('is intact with rows that were written while the vault was sealed', async () => {
    expect(await verifyJournal({ records: await written(10, 6), verify: check })).toMatchObject({
      intact: true,
      rows: 10,
      detail: '10 rows, signed up to row 6',
    });
  });

  test.each<[string, (records: ReturnType<typeof memory>) => void, number, RegExp]>([
    ['rows cut off the end', (records) => records.rows.splice(7), 8, /cut off/],
    ['everything cut off', (records) => records.rows.splice(0), 1, /cut off/],
    ['the signed end removed', (records) => void (records.end = null), 11, /missing/],
    [
      'the end signed by somebody else',
      (records) =>
        void (records.end = records.end && {
          ...records.end,
          signature: Buffer.alloc(64).toString('base64'),
        }),
      10,
      /signature/,
    ],
    [
      'a row changed',
      (records) => void (records.rows[3] = { ...(records.rows[3] as ChainedEvent), actor: 'mallory' }),
      4,
      /changed/,
    ],
    ['a row taken out', (records) => records.rows.splice(3, 1), 4, /missing/],
  ])('notices %s', async (_what, tamper, firstBad, words) => {
    const records = await written(10);
    tamper(records);
    const verdict = await verifyJournal({ records: records, verify: check });
    expect(verdict).toMatchObject({ intact: false, firstBad });
    expect(verdict.detail).toMatch(words);
  });

  test('is verified from its end alone in as many rows as a page has, whatever lies before', async () => {
    const records = await written(4500);
    expect(await verifyEnd({ records, verify: check })).toMatchObject({ intact: true, rows: 4500 });
    records.rows[3] = { ...(records.rows[3] as ChainedEvent), actor: 'mallory' };
    expect(await verifyEnd({ records, verify: check })).toMatchObject({ intact: true });
    records.rows[4400] = { ...(records.rows[4400] as ChainedEvent), actor: 'mallory' };
    expect(await verifyEnd({ records, verify: check })).toMatchObject({ intact: false, firstBad: 4401 });
    expect(await verifyEnd({ records: await written(2000), verify: check })).toMatchObject({
      intact: true,
      rows: 2000,
    });
    expect(await verifyEnd({ records: memory(), verify: check })).toMatchObject({ intact: false });
  });

  test('notices an end that was written again in full', async () => {
    const real = await written(10);
    real.rows = [...real.rows.slice(0, 5), ...(await rewritten(real.rows.slice(0, 5)))];
    expect(await verifyJournal({ records: real, verify: check })).toMatchObject({
      intact: false,
      firstBad: 10,
    });
  });
});

async function rewritten(before: readonly ChainedEvent[]): Promise<ChainedEvent[]> {
  const records = memory();
  records.rows = [...before];
  const journal = createJournal({ bastion: 'b', now: () => 1, sign: () => null });
  for (let i = 0; i < 5; i += 1)
    await journal.append(records, { action: 'logon', outcome: 'ok', actor: 'mallory' });
  return records.rows.slice(before.length);
}
