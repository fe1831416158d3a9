import { oneLine } from './failure.js';

/** Why a recording is kept whatever else says: nobody deletes it before it is released. */
export interface Hold {
  readonly by: string;
  readonly at: number;
  readonly reason: string;
}

/** What is left of a recording that was deleted. `gone`: its file, too. */
export interface Deletion {
  readonly by: string;
  readonly at: number;
  readonly reason: string;
  readonly gone: boolean;
}

/** Who holds it since when, and why. */
export function holdText({ by, at, reason }: Hold): string {
  return `by ${oneLine(by)} since ${moment(at)}: ${oneLine(reason, 1024)}`;
}

export function deletionText({ by, at, reason }: Deletion): string {
  return `by ${oneLine(by)}, ${moment(at)}: ${oneLine(reason, 1024)}`;
}

function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Why what did not come to its safe cannot be deleted. */
export const NOT_PROVEN = 'only what is proven to be stored can be deleted';
