import type { Failure } from '#/domain/failure.js';
import { withoutLast, withoutLastWord } from '../../text.js';

/** What was typed and chosen, by the name of its field; of secrets nothing. */
export type Values = Readonly<Record<string, string>>;

interface Common {
  readonly name: string;
  readonly label: string;
  /** One sentence, shown while one is in the field. */
  readonly about: string;
  /** Not asked for otherwise. */
  readonly when?: (values: Values) => boolean;
}
export type Field =
  | (Common & {
      readonly kind: 'text';
      readonly first?: string;
      /** How many characters it takes at most; 512 when absent. */
      readonly longest?: number;
      /** What is wrong with it, as a sentence; null: nothing. */
      readonly check?: (typed: string) => string | null;
    })
  | (Common & { readonly kind: 'choice'; readonly options: readonly string[] })
  | (Common & {
      readonly kind: 'secret';
      readonly needed: boolean;
      /** The field that must hold the same. */
      readonly same?: string;
    });

export interface FormState {
  /** The field where one is. */
  readonly at: string;
  readonly values: Values;
  /** How many characters the secrets have. */
  readonly lengths: Readonly<Record<string, number>>;
  readonly problem: string | null;
  readonly refused: Failure | null;
  readonly busy: boolean;
}

export type FormAction =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'erase' | 'eraseWord' | 'clear' | 'busy' }
  | { readonly type: 'turn'; readonly by: 1 | -1 }
  | { readonly type: 'choose'; readonly by: 1 | -1 }
  | { readonly type: 'length'; readonly of: string; readonly length: number }
  | { readonly type: 'problem'; readonly at: string; readonly why: string }
  | { readonly type: 'refused'; readonly failure: Failure };

/** The vault takes no longer names; more is an accident. */
const LONGEST = 512;

export function firstForm(fields: readonly Field[]): FormState {
  const values = Object.fromEntries(
    fields.flatMap((field) => (field.kind === 'secret' ? [] : [[field.name, firstValue(field)]])),
  );
  return { at: fields[0]?.name ?? '', values, lengths: {}, problem: null, refused: null, busy: false };
}

function firstValue(field: Exclude<Field, { kind: 'secret' }>): string {
  return field.kind === 'choice' ? (field.options[0] ?? '') : (field.first ?? '');
}

/** The fields that are asked for now. */
export function askedFields(fields: readonly Field[], values: Values): readonly Field[] {
  return fields.filter((field) => field.when?.(values) ?? true);
}

/** While the vault is asked, nothing changes; what was typed is there when it refuses. */
export function formReducer(fields: readonly Field[]): (state: FormState, action: FormAction) => FormState {
  return (state, action) => {
    if (action.type === 'refused') return { ...state, busy: false, refused: action.failure };
    if (state.busy) return state;
    switch (action.type) {
      case 'busy':
        return { ...state, busy: true, problem: null, refused: null };
      case 'text':
        return edited(fields, state, (old, { longest = LONGEST }) => (old + action.text).slice(0, longest));
      case 'erase':
        return edited(fields, state, withoutLast);
      case 'eraseWord':
        return edited(fields, state, withoutLastWord);
      case 'clear':
        return edited(fields, state, () => '');
      case 'turn':
        return turned(fields, state, action.by);
      case 'choose':
        return chosen(fields, state, action.by);
      case 'length':
        return { ...fresh(state), lengths: { ...state.lengths, [action.of]: action.length } };
      case 'problem':
        return { ...state, at: action.at, problem: action.why, refused: null };
      default:
        return action satisfies never;
    }
  };
}

/** The first field with something wrong in it. Secrets are looked at where they are. */
export function firstProblem(
  fields: readonly Field[],
  { values, lengths }: FormState,
  same: (one: string, other: string) => boolean,
): { readonly at: string; readonly why: string } | null {
  for (const field of askedFields(fields, values)) {
    const why = problemOf(field, values, lengths, same);
    if (why !== null) return { at: field.name, why };
  }
  return null;
}

function problemOf(
  field: Field,
  values: Values,
  lengths: FormState['lengths'],
  same: (one: string, other: string) => boolean,
): string | null {
  if (field.kind === 'choice') return null;
  if (field.kind === 'text') return field.check?.((values[field.name] ?? '').trim()) ?? null;
  if (field.needed && (lengths[field.name] ?? 0) === 0) return `${field.label} is empty.`;
  return field.same !== undefined && !same(field.name, field.same) ? 'The two are not the same.' : null;
}

function fresh(state: FormState): FormState {
  return { ...state, problem: null, refused: null };
}

function edited(
  fields: readonly Field[],
  state: FormState,
  change: (old: string, field: Field & { readonly kind: 'text' }) => string,
): FormState {
  const field = fields.find((one) => one.name === state.at);
  if (field?.kind !== 'text') return state;
  return {
    ...fresh(state),
    values: { ...state.values, [field.name]: change(state.values[field.name] ?? '', field) },
  };
}

function turned(fields: readonly Field[], state: FormState, by: 1 | -1): FormState {
  const asked = askedFields(fields, state.values);
  if (asked.length === 0) return state;
  const place = asked.findIndex((one) => one.name === state.at);
  return { ...state, at: asked[(place + by + asked.length) % asked.length]?.name ?? state.at };
}

function chosen(fields: readonly Field[], state: FormState, by: 1 | -1): FormState {
  const field = fields.find((one) => one.name === state.at);
  if (field?.kind !== 'choice') return state;
  const { name, options } = field;
  const place = options.indexOf(state.values[name] ?? '');
  const next = options[(place + by + options.length) % options.length] ?? '';
  return { ...fresh(state), values: { ...state.values, [name]: next } };
}
