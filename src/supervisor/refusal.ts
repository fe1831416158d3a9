import { EXIT } from '#/domain/failure.js';

/** The daemon does not start, and why: lines for people, and the exit code. */
export class Refusal extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
