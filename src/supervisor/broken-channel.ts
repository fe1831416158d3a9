/**
 * A child writes to its channel whatever it likes, and Node throws at what is none of its messages, outside of any call of
 * ours. That is the child's fault: a taken-over process must not end the one that keeps all others.
 */
export function isBrokenChannel(error: unknown): boolean {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return (
    /^ {4}at [^\n]*\(?node:internal\/child_process[:/]/m.test(stack) &&
    !/^ {4}at [^\n]*\bfile:\/\//m.test(stack)
  );
}
