import type { Failure } from '#/domain/failure.js';
import type { Identity } from '#/domain/people.js';
import type { User, UserKey } from './records/people.js';

export interface LoginQuestion {
  readonly user: string;
  /** 'vault', or the name of a directory; absent: what the name ends in decides. */
  readonly method?: string | undefined;
  readonly from: string;
  readonly evidence:
    | { readonly kind: 'password'; readonly password: Buffer }
    | {
        readonly kind: 'key';
        readonly key: string;
        readonly algorithm: string;
        readonly signed: Buffer;
        readonly signature: Buffer;
        readonly signedUser?: string | undefined;
      };
}

export type LoginAnswer =
  /** `how` is for the audit. */
  | {
      readonly kind: 'in';
      readonly identity: Identity;
      readonly how: string;
      readonly mustChange: boolean;
    }
  /** `reason` is for the audit, `failure` for the person. */
  | {
      readonly kind: 'refused';
      readonly reason: string;
      readonly failure: Failure;
      /** Whose failure it is, when it is not that of the name that was typed. */
      readonly user?: string;
    };

export type TryAnswer =
  | { readonly kind: 'right' }
  | { readonly kind: 'refused'; readonly reason: string; readonly failure: Failure };

/** What the vault asks of the room that knows people apart. Costly derivations are bounded behind it. */
export interface Authentication {
  login(question: LoginQuestion): Promise<LoginAnswer>;
  /** One try of a code, counted as a failed login is, by the same person from the same source. */
  tryCode(who: Pick<LoginQuestion, 'user' | 'from'>, isRight: () => Promise<boolean>): Promise<TryAnswer>;
  /** Would this key or certificate count for the user, should he prove that he has it? */
  knowsKey(user: User, key: string, from: string): boolean;
  /** Does a login by key prove that he has one of these keys? In what words for the audit; null: no. */
  proves(question: LoginQuestion, keys: readonly UserKey[]): string | null;
  /** Why a user who is logged in is not welcome any more; null: he is. */
  barred(user: User): string | null;
  hash(password: Buffer): Promise<string>;
  checkNewPassword(
    password: Buffer,
    user: string,
  ): { readonly ok: true } | { readonly ok: false; readonly why: string };
  readPublicKey(
    line: string,
  ): { readonly ok: true; readonly key: UserKey } | { readonly ok: false; readonly why: string };
  /** Can these logon hours be read? */
  validHours(text: string): boolean;
}
