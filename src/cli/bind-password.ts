import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { fileBytes, secretFromStdin } from './input.js';

interface From {
  readonly bindPasswordStdin?: true;
  readonly bindPasswordFile?: string;
}

/** The bind user's password, never from an argument. Empty when it is not needed and none is given. */
export async function secretFromFileOrStdin(from: From, needed: boolean): Promise<Outcome<Buffer>> {
  const { bindPasswordStdin: stdin, bindPasswordFile: file } = from;
  if (stdin === true && file !== undefined)
    return failed(failure('BAD_INPUT', 'give one of --bind-password-stdin and --bind-password-file'));
  if (file !== undefined) return withoutLineEnd(fileBytes(file));
  if (stdin === true || (needed && process.stdin.isTTY)) return await secretFromStdin("bind user's password");
  return needed
    ? failed(
        failure('BAD_INPUT', 'the bind user needs a password: --bind-password-stdin or --bind-password-file'),
      )
    : { ok: true, value: Buffer.alloc(0) };
}

function withoutLineEnd(read: Outcome<Buffer>): Outcome<Buffer> {
  if (!read.ok) return read;
  const bytes = read.value;
  const end = bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? 2 : 1) : 0;
  return bytes.length === end
    ? failed(failure('BAD_INPUT', 'the file of the password is empty'))
    : { ok: true, value: bytes.subarray(0, bytes.length - end) };
}
