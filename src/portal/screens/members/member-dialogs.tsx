import { useMemo, useState } from 'react';
import type { MemberRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { createStore, useStore } from '../../store.js';
import { useTyped } from '../../typed.js';
import { type AddMemberView, addMemberLines, PRESET_NAMES, removeMemberLines } from './members-view.js';

const FIELDS = ['member', 'preset', 'days'] as const;
const DAY = 24 * 60 * 60_000;

/** Who is to be a member, with which preset, for how many days. */
export function AddMember({ safe, onClose }: { readonly safe: string; readonly onClose: () => void }) {
  const { state: portal, clock, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const member = useTyped(128);
  const days = useTyped(5);
  // stores, as what is typed: the next key may come before the next drawing
  const field = useMemo(() => createStore<number, number>(around(FIELDS.length), 0), []);
  const choice = useMemo(() => createStore<number, number>(around(PRESET_NAMES.length), 0), []);
  const [busy, setBusy] = useState(false);
  const at = FIELDS[useStore(field)] ?? 'member';
  const preset = PRESET_NAMES[useStore(choice)] ?? 'ConnectOnly';
  const here = (): AddMemberView['at'] => FIELDS[field.now()] ?? 'member';
  const typed = () => (here() === 'days' ? days : member);
  const warn = (text: string): void => portal.dispatch({ type: 'notice', notice: { tone: 'warning', text } });
  const submit = (): void => {
    if (busy) return;
    const name = member.now().trim();
    const count = days.now().trim();
    const may = PRESET_NAMES[choice.now()] ?? 'ConnectOnly';
    if (name === '') return warn('Type the name of a user or of a group.');
    if (!/^(|[1-9]\d{0,4})$/.test(count)) return warn('Days are a number from 1 to 99999, or nothing.');
    const expiresAt = count === '' ? null : clock.now() + Number(count) * DAY;
    setBusy(true);
    after(services.putMember({ safe, member: name, preset: may, expiresAt }), (outcome) => {
      setBusy(false);
      if (!outcome.ok) return failed(outcome.failure);
      portal.dispatch({
        type: 'notice',
        notice: { tone: 'good', text: `${outcome.value.member} is a member of ${safe}: ${may}` },
      });
      onClose();
    });
  };
  const turn = (by: 1 | -1): void => field.dispatch(by);
  const edit = (how: keyof typeof member.handlers): void => {
    if (here() !== 'preset') typed().handlers[how]();
  };
  useKeys(
    'addMember',
    {
      'form.enter': () => (here() === 'days' ? submit() : turn(1)),
      'form.next': () => turn(1),
      'form.previous': () => turn(-1),
      'choice.cancel': onClose,
      'text.erase': () => edit('text.erase'),
      'text.eraseWord': () => edit('text.eraseWord'),
      'text.clear': () => edit('text.clear'),
    },
    { text: (text) => (here() === 'preset' ? choice.dispatch(1) : typed().type(text)) },
  );
  return (
    <Lines lines={addMemberLines({ safe, at, member: member.value, preset, days: days.value, room, sign })} />
  );
}

/** Steps through so many places, around the end. */
function around(count: number): (now: number, by: number) => number {
  return (now, by) => (now + by + count) % count;
}

export function RemoveMember({ row, onClose }: { readonly row: MemberRow; readonly onClose: () => void }) {
  const { state: portal, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const [busy, setBusy] = useState(false);
  const remove = (): void => {
    if (busy) return;
    setBusy(true);
    after(services.removeMember(row.safe, row.member), (outcome) => {
      if (outcome.ok)
        portal.dispatch({
          type: 'notice',
          notice: { tone: 'good', text: `${row.member} is no longer a member of ${row.safe}` },
        });
      else failed(outcome.failure);
      onClose();
    });
  };
  useKeys('removeMember', { 'dialog.enter': remove, 'dialog.cancel': onClose });
  return <Lines lines={removeMemberLines(row, room, sign)} />;
}
