import type { DirectoryStep } from '#/contract/directory-calls.js';
import type { ListKind } from '../../list.js';
import { shown } from '../../text.js';
import { EMPTY, type Line, labelled, paragraph, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

/** A step with its place, so that the order stays. */
export interface TrialStep extends DirectoryStep {
  readonly place: number;
}

export const trialList: ListKind<TrialStep> = {
  idOf: (row) => String(row.place),
  textOf: (row) => `${row.step} ${row.detail}`,
  order: (a, b) => a.place - b.place,
};

const STEP = 10;
const RESULT = 8;

export function trialHeads(columns: number): Line {
  return cells(
    [
      { text: 'Step', columns: STEP },
      { text: 'Went', columns: RESULT },
      { text: 'What came', columns: Math.max(8, columns - STEP - RESULT - 4) },
    ],
    '',
  );
}

function went({ ok }: TrialStep): string {
  return ok === null ? 'left out' : ok ? 'well' : 'FAILED';
}

export function trialLine(row: TrialStep, columns: number, sign: Signs): Line {
  return cells(
    [
      { text: row.step, columns: STEP },
      { text: went(row), columns: RESULT, look: row.ok === false ? 'bad' : 'plain' },
      { text: shown(row.detail), columns: Math.max(8, columns - STEP - RESULT - 4) },
    ],
    sign('more'),
  );
}

export function trialSummary(row: TrialStep): Line {
  return [span(`  ${shown(row.detail)}`, 'quiet')];
}

export function trialDetails(row: TrialStep, columns: number): readonly Line[] {
  const rows = labelled(
    [
      ['Went', went(row)],
      ['Server', shown(row.server ?? 'none')],
      ['Took', `${row.ms} ms`],
    ],
    columns,
  );
  return [[span(row.step, 'strong')], EMPTY, ...rows, EMPTY, ...paragraph(shown(row.detail), columns)];
}
