import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vault } from './vault.js';

export interface HeadCopies {
  readonly path: string;
  /** Why the last head could not be written; null: all is well. */
  trouble(now: number): string | null;
  /** Appends the signed head of the audit, when there is a new one. Never rejects for a broken place. */
  round(vault: Pick<Vault, 'store' | 'journal' | 'settings' | 'now'>): Promise<void>;
}

/** A place that takes longer than this for one line does not answer (milliseconds). */
const PATIENCE = 10_000;

/** Signed heads of the audit on another mount: whoever has the vault's key and rewrites its log, is told by them. */
export function createHeadCopies(path: string): HeadCopies {
  let trouble: string | null = null;
  let copied = 0;
  let busySince: number | null = null;
  return {
    path,
    trouble: (now) =>
      busySince !== null && now - busySince > PATIENCE
        ? `${path} has not answered for ${Math.round((now - busySince) / 1000)} s`
        : trouble,
    async round(vault) {
      if (busySince !== null) return;
      busySince = vault.now();
      try {
        // what is copied must outlive a loss of power here, too
        await vault.store.flushed();
        const tail = await vault.store.transaction((records) => records.audit.tail());
        if (tail === null || tail.sequence === copied) return;
        const { sequence, hash, signature } = tail;
        const at = new Date(vault.now()).toISOString();
        const line = JSON.stringify({ at, bastion: vault.settings.bastion, sequence, hash, signature });
        const before = trouble;
        trouble = await append(path, vault.settings.bastion, `${line}\n`);
        if (trouble === null) copied = sequence;
        if ((before === null) !== (trouble === null)) await note(vault, path, trouble);
      } finally {
        busySince = null;
      }
    },
  };
}

/** Null, or why the line is not surely on the disk. */
async function append(path: string, bastion: string, line: string): Promise<string | null> {
  try {
    const file = await open(await fileIn(path, bastion), 'a', 0o640);
    try {
      await file.appendFile(line);
      await file.sync();
    } finally {
      await file.close();
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
}

/** In a folder each bastion has a file of its own. */
async function fileIn(path: string, bastion: string): Promise<string> {
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory() !== true) return path;
  return join(path, `postern-audit-heads-${bastion.replace(/[^A-Za-z0-9.-]/g, '_')}.jsonl`);
}

/** Once when it fails, once when it works again. */
async function note(
  { store, journal }: Pick<Vault, 'store' | 'journal'>,
  target: string,
  trouble: string | null,
): Promise<void> {
  await store.transaction((records) =>
    journal.append(records.audit, {
      action: 'auditHeadsCopied',
      outcome: trouble === null ? 'ok' : 'failure',
      actor: 'the vault',
      target,
      detail: trouble ?? 'the copy of the signed heads is written again',
    }),
  );
}
