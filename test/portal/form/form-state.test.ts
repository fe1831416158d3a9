import { expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import {
  askedFields,
  type FormAction,
  firstForm,
  firstProblem,
  formReducer,
} from '#/portal/screens/form/form-state.js';
import { newAccountFields } from '#/portal/screens/manage/account-fields.js';
import { withLines } from '#/portal/screens/manage/typed-secret.js';

const fields = newAccountFields(['One', 'Two'], ['UnixSSH']);
const after = (...actions: readonly FormAction[]) => actions.reduce(formReducer(fields), firstForm(fields));
const turn = (times: number): FormAction[] => Array.from({ length: times }, () => ({ type: 'turn', by: 1 }));
const text = (typed: string): FormAction => ({ type: 'text', text: typed });

test.each<readonly [string, readonly FormAction[], object]>([
  ['begins in the first field, with the first choices', [], { at: 'safe' }],
  ['a choice is not typed', [text('x')], { values: { safe: 'One' } }],
  ['a choice goes around', [{ type: 'choose', by: -1 }], { values: { safe: 'Two' } }],
  ['text is typed where one is', [...turn(2), text('root')], { at: 'user', values: { user: 'root' } }],
  ['a text has no choices', [...turn(2), text('a'), { type: 'choose', by: 1 }], { values: { user: 'a' } }],
  ['a character is taken back', [...turn(2), text('roots'), { type: 'erase' }], { values: { user: 'root' } }],
  ['all is taken back', [...turn(2), text('a b'), { type: 'clear' }], { values: { user: '' } }],
  ['fields go around', [{ type: 'turn', by: -1 }], { at: 'again' }],
  [
    'nothing is typed while the vault is asked',
    [...turn(2), text('a'), { type: 'busy' }, text('b')],
    { values: { user: 'a' }, busy: true },
  ],
  [
    'what was typed is there when the vault refuses',
    [...turn(2), text('a'), { type: 'busy' }, { type: 'refused', failure: failure('DENIED', 'x') }],
    { values: { user: 'a' }, busy: false, refused: { code: 'DENIED' } },
  ],
  [
    'typing takes a refusal away',
    [...turn(2), { type: 'refused', failure: failure('DENIED', 'x') }, text('a')],
    { refused: null },
  ],
])('%s', (_what, actions, expected) => {
  const { values, ...rest } = expected as { values?: object };
  const state = after(...actions);
  expect(state).toMatchObject(rest);
  expect(state.values).toMatchObject(values ?? {});
});

const filled = after(...turn(2), text('root'), ...turn(1), text('web1'));
test.each([
  ['no user', after(), { at: 'user', why: 'The user is empty.' }],
  ['no address', after(...turn(2), text('root')), { at: 'address', why: 'The address is empty.' }],
  [
    'a wrong port',
    after(...turn(2), text('root'), ...turn(1), text('web1'), ...turn(1), text('70000')),
    { at: 'port', why: 'A port is a number from 1 to 65535, or nothing.' },
  ],
  ['no password', filled, { at: 'password', why: 'Password is empty.' }],
  [
    'two passwords',
    { ...filled, lengths: { password: 3, again: 3 } },
    { at: 'again', why: 'The two are not the same.' },
  ],
  [
    'no key',
    { ...filled, values: { ...filled.values, secretKind: 'private key' } },
    { at: 'key', why: 'Key is empty.' },
  ],
])('%s is a problem of its field', (_what, state, expected) => {
  expect(firstProblem(fields, state, () => false)).toEqual(expected);
});

test('a form that is in order has no problem, whichever secret it is', () => {
  expect(firstProblem(fields, { ...filled, lengths: { password: 3, again: 3 } }, () => true)).toBeNull();
  const byKey = { ...filled, values: { ...filled.values, secretKind: 'private key' }, lengths: { key: 9 } };
  expect(firstProblem(fields, byKey, () => false)).toBeNull();
  expect(askedFields(fields, byKey.values).map(({ name }) => name)).toEqual([
    ...['safe', 'platform', 'user', 'address', 'port', 'secretKind', 'key', 'passphrase'],
  ]);
});

test.each([
  [
    '-----BEGIN OPENSSH PRIVATE KEY----- b3Bl bnNz -----END OPENSSH PRIVATE KEY-----',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\nbnNz\n-----END OPENSSH PRIVATE KEY-----',
  ],
  ['no key at all', 'no key at all'],
  ['', ''],
])('a key of one line has its lines again: %s', (pasted, expected) => {
  expect(withLines(Buffer.from(pasted)).toString()).toBe(expected);
});
