import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, sql, type Transaction } from 'kysely';

/** One piece of work, and who waits for it. */
interface Job<DB> {
  readonly run: (transaction: Transaction<DB>) => Promise<() => void>;
  readonly fail: (error: unknown) => void;
  readonly soon: boolean;
}

/** How commits come to the disk. */
export interface Flushing {
  /** Before each: false when nobody in it waits for the disk. */
  atCommit(flushed: boolean): void;
  /** After each. */
  committed(): void;
}

/** What belongs to a commit as a whole. */
export interface CommitEnd {
  /** After the last piece of work in it. */
  seal(): Promise<void>;
  /** One piece of work was undone, or all of them. */
  undone(all: boolean): void;
}

/** More wait for the next: whoever came first does not wait for ever more. */
const MOST = 64;

/**
 * Runs pieces of work one after the other; what came meanwhile shares a transaction, and so one flush of the disk. Each is
 * all or nothing for itself, sees what those before it did, and is answered only when the commit that holds it is durable;
 * `soon`: when it is committed, and durable with the next that has to be.
 */
export function groupCommit<DB>(
  db: Kysely<DB>,
  flushing: Flushing,
  end: CommitEnd,
): <T>(work: (transaction: Transaction<DB>) => Promise<T>, soon?: boolean) => Promise<T> {
  const waiting: Job<DB>[] = [];
  let running = false;
  return (work, soon = false) => {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
    waiting.push({
      run: async (transaction) => {
        const value = await work(transaction);
        return () => resolve(value);
      },
      fail: reject,
      soon,
    });
    if (!running) void runAll();
    return promise;
  };

  async function runAll(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      // what came in the same turn shares it
      await nextTurn();
      await commit(waiting.splice(0, MOST));
    }
    running = false;
  }

  async function commit(jobs: readonly Job<DB>[]): Promise<void> {
    const answers: (() => void)[] = [];
    let unsettled: readonly Job<DB>[] = jobs;
    try {
      flushing.atCommit(jobs.some((job) => !job.soon));
      await db.transaction().execute(async (transaction) => {
        for (const job of jobs) {
          const answer = jobs.length === 1 ? await job.run(transaction) : await apart(job, transaction);
          if (answer === null) unsettled = unsettled.filter((one) => one !== job);
          else answers.push(answer);
        }
        await end.seal();
      });
      flushing.committed();
      for (const answer of answers) answer();
    } catch (error) {
      end.undone(true);
      for (const job of unsettled) job.fail(error);
    }
  }

  /** Null: it failed, which it was told, and the others go on without it. */
  async function apart(job: Job<DB>, transaction: Transaction<DB>): Promise<(() => void) | null> {
    await sql`savepoint job`.execute(transaction);
    try {
      const answer = await job.run(transaction);
      await sql`release job`.execute(transaction);
      return answer;
    } catch (error) {
      end.undone(false);
      await sql`rollback to job`.execute(transaction);
      await sql`release job`.execute(transaction);
      job.fail(error);
      return null;
    }
  }
}
