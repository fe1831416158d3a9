import { useMemo, useRef, useState } from 'react';
import type { MemberRow, PersonSafeRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { emptyList, listReducer, selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { createStore, useStore } from '../../store.js';
import { shown } from '../../text.js';
import { listHeight, listLines } from '../list-view.js';
import { AddMember, RemoveMember } from './member-dialogs.js';
import { memberDetails, memberHeads, memberLine, memberSummary, membersList } from './members-view.js';

type Dialog = { readonly kind: 'add' } | { readonly kind: 'remove'; readonly row: MemberRow };

/** Who may do what in a safe; whoever may, changes it here. */
export function MembersScreen({ safe }: { readonly safe: PersonSafeRow }) {
  const { state: portal } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const list = useMemo(() => createStore(listReducer(membersList), emptyList<MemberRow>()), []);
  const state = useStore(list);
  const refresh = useLoadedList(list, () => services.members(safe.name));
  const top = useRef(0);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = (): void => {
    setDialog(null);
    refresh();
  };
  useKeys(
    'members',
    {
      ...listHandlers(list, listHeight(room), () => portal.dispatch({ type: 'back' })),
      'member.add': () => setDialog({ kind: 'add' }),
      'member.remove': () => {
        const row = selectedItem(list.now());
        if (row !== null) setDialog({ kind: 'remove', row });
      },
      'list.refresh': refresh,
    },
    {
      text: (text) => list.dispatch({ type: 'text', text }),
      without: safe.permissions.includes('manageSafeMembers') ? [] : ['member.add', 'member.remove'],
      active: dialog === null,
    },
  );
  if (dialog?.kind === 'add') return <AddMember safe={safe.name} onClose={close} />;
  if (dialog?.kind === 'remove') return <RemoveMember row={dialog.row} onClose={close} />;
  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: `members of ${shown(safe.name)}, type to find`,
    heads: memberHeads,
    row: (item, columns) => memberLine(item, columns, sign),
    nothing: 'Nobody that you may see.',
    details: memberDetails,
    summary: memberSummary,
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
