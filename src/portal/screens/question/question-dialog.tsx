import { useState } from 'react';
import type { Outcome } from '#/domain/outcome.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useTyped } from '../../typed.js';
import { questionLines } from './question-view.js';

export interface QuestionDialogProps {
  readonly screen: 'endSession' | 'suspendSession' | 'messageSession' | 'keepRecording';
  readonly title: string;
  readonly what: string;
  readonly verb: string;
  /** The line to type; null: nothing is asked for. */
  readonly field: QuestionField | null;
  /** What Tab changes. */
  readonly option?: { readonly text: string; readonly flip: () => void };
  /** Done once, with what was typed. */
  readonly act: (typed: string) => Promise<Outcome<unknown>>;
  /** Said when it was done. */
  readonly done: string;
  readonly onDone?: () => void;
  readonly onClose: () => void;
}

export interface QuestionField {
  readonly label: string;
  /** Characters that are kept. */
  readonly limit: number;
  /** Said where nothing is typed; null: then nothing is done. */
  readonly missing: string | null;
}

/** Asks before something is done, and what it takes to do it; then says how it came out. */
export function QuestionDialog(props: QuestionDialogProps) {
  const { title, what, verb, field, option, onClose } = props;
  const { state: portal, failed, after } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const typed = useTyped(field?.limit ?? 0);
  const [busy, setBusy] = useState(false);
  const go = (): void => {
    if (busy) return;
    const text = typed.now().trim();
    if (field !== null && text === '')
      return field.missing === null
        ? onClose()
        : portal.dispatch({ type: 'notice', notice: { tone: 'warning', text: field.missing } });
    setBusy(true);
    after(props.act(text), (outcome) => {
      if (outcome.ok) {
        portal.dispatch({ type: 'notice', notice: { tone: 'good', text: props.done } });
        props.onDone?.();
      } else failed(outcome.failure);
      onClose();
    });
  };
  useKeys(
    props.screen,
    {
      ...typed.handlers,
      'dialog.enter': go,
      'dialog.cancel': onClose,
      'suspend.output': () => option?.flip(),
    },
    { text: typed.type },
  );
  const asked = field === null ? null : { label: field.label, typed: typed.value };
  return (
    <Lines
      lines={questionLines({ title, what, verb, field: asked, option: option?.text ?? null }, room, sign)}
    />
  );
}
