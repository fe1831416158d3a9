import { shellWords } from './shell-words.js';

/** Which transfer protocol a channel is going to speak, from what was asked for before its first byte. */
export type Spoken =
  | { readonly protocol: 'sftp' }
  | {
      readonly protocol: 'scp';
      /** The target takes files (`-t`: upload) or gives them (`-f`: download). */
      readonly direction: 'upload' | 'download';
      /** `-d` or a trailing slash: the path is a directory for sure. */
      readonly intoDirectory: boolean;
      readonly paths: readonly string[];
    }
  | {
      readonly protocol: 'rsync';
      readonly direction: 'upload' | 'download';
      readonly command: string;
      readonly words: readonly string[];
    };

export type Asked =
  | { readonly type: 'subsystem'; readonly name: string }
  | { readonly type: 'exec'; readonly command: string };

/** More than any of these programs is asked with; a longer one is not looked at. */
const LONGEST = 64 * 1024;

/** Null: none that we can follow. */
export function classify(asked: Asked): Spoken | null {
  if (asked.type === 'subsystem') return asked.name === 'sftp' ? { protocol: 'sftp' } : null;
  if (asked.command.length > LONGEST) return null;
  const words = shellWords(asked.command);
  if (words === null) return null;
  const [program = '', ...rest] = words[0] === 'exec' ? words.slice(1) : words;
  switch (baseName(program)) {
    case 'sftp-server':
    case 'internal-sftp':
      return { protocol: 'sftp' };
    case 'scp':
      return scp(rest);
    case 'rsync':
      return rsync(asked.command, rest);
    default:
      return null;
  }
}

function scp(words: readonly string[]): Spoken | null {
  const end = words.findIndex((word) => word === '--' || !word.startsWith('-') || word === '-');
  const options = (end < 0 ? words : words.slice(0, end)).join('');
  const paths = end < 0 ? [] : words.slice(words[end] === '--' ? end + 1 : end);
  const [sink, source] = [options.includes('t'), options.includes('f')];
  if (sink === source || !/^[-tfrpdvqC]*$/.test(options)) return null;
  const intoDirectory = options.includes('d') || (paths.length === 1 && paths[0]?.endsWith('/') === true);
  return { protocol: 'scp', direction: sink ? 'upload' : 'download', intoDirectory, paths };
}

function rsync(command: string, words: readonly string[]): Spoken | null {
  if (words[0] !== '--server') return null;
  return {
    protocol: 'rsync',
    direction: words.includes('--sender') ? 'download' : 'upload',
    command,
    words,
  };
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
