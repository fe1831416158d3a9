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
