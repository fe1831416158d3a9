import type { Writable } from 'node:stream';

/**
 * Ends a stream: `then` is called once, when all was taken, or when its reader has taken nothing for `patience()`
 * milliseconds: who is slow gets it all, who has stopped is not waited for. `moved` is called for each piece that went.
 */
export function endWhenTaken(
  output: Writable,
  patience: () => number,
  then: () => void,
): { readonly moved: () => void } {
  let over = false;
  const finish = (): void => {
    clearTimeout(timer);
    if (over) return;
    over = true;
    then();
  };
  let timer = setTimeout(finish, patience());
  output.end(finish);
  return {
    moved() {
      if (over) return;
      clearTimeout(timer);
      timer = setTimeout(finish, patience());
    },
  };
}
