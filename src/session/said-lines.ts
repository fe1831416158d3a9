const LONGEST_LINE = 4096;

/** Cuts what the ssh that holds a login says on its standard error into lines, for everybody who listens to it. */
export function saidLines(...listeners: readonly { heard(line: string): void }[]): (bytes: Buffer) => void {
  let rest = '';
  return (bytes) => {
    const lines = (rest + bytes.toString('utf8')).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) for (const listener of listeners) listener.heard(line);
  };
}
