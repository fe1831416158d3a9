import type { Command } from 'commander';
import type { Outcome } from '#/domain/outcome.js';
import { leaf } from '../leaf.js';
import { printJson, printLine } from '../output.js';

interface Reason {
  readonly reason: string;
}

const ACTS = {
  hold: {
    about: 'keep a recording, whatever keepDays says, until it is released',
    done: 'is on hold',
    call: 'admin.recordings.hold',
  },
  release: {
    about: 'let a recording that was on hold go when its time is over',
    done: 'is released',
    call: 'admin.recordings.release',
  },
  delete: {
    about:
      'destroy the key of a recording for ever, and remove its file; copies of the file cannot be opened',
    done: 'is deleted, its key is destroyed',
    call: 'admin.recordings.delete',
  },
} as const;

/** How long recordings are kept; what policy says is `safe set SAFE keepDays`. */
export function keepCommands(recordings: Command): void {
  for (const [name, { about, done, call }] of Object.entries(ACTS))
    leaf<Reason>(
      recordings
        .command(`${name} <id>`)
        .description(about)
        .requiredOption('--reason <text>', 'why; it is kept in the audit'),
      async ({ admin, json }, { reason }, recordingId = ''): Promise<Outcome<unknown>> => {
        const outcome = await admin.ask(call, { recordingId, reason });
        if (outcome.ok)
          json ? printJson({ id: recordingId, [name]: true }) : printLine(`${recordingId} ${done}`);
        return outcome;
      },
    );
}
