/** What somebody wants who started the login shell. `what`: a thing that this release does not do. */
export type ShellWish =
  | { readonly kind: 'relay'; readonly home: string | undefined }
  | { readonly kind: 'refuse'; readonly what: string; readonly sentence: null }
  | { readonly kind: 'refuse'; readonly what: null; readonly sentence: string };

const USAGE =
  'usage: postern-shell [--home DIRECTORY]   (the login shell or ForceCommand of an OpenSSH server)';

/** sshd starts a login shell with `-c COMMAND` for a command, and a ForceCommand with SSH_ORIGINAL_COMMAND in its environment. */
export function shellWish(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): ShellWish {
  const home = args[0] === '--home' && args[1] !== undefined ? args[1] : undefined;
  const rest = home === undefined ? args.filter((one) => one !== '-l') : args.slice(2);
  if (rest[0] === '-c' || env['SSH_ORIGINAL_COMMAND'] !== undefined)
    return { kind: 'refuse', what: 'Running a command', sentence: null };
  if (rest.length > 0) return { kind: 'refuse', what: null, sentence: USAGE };
  if (!terminal)
    return {
      kind: 'refuse',
      what: null,
      sentence: 'postern: A session needs a terminal. Connect with a plain interactive ssh, or with ssh -t.',
    };
  return { kind: 'relay', home };
}
