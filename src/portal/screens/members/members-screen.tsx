import { useMemo, useState } from 'react';
import type { MemberRow, PersonSafeRow } from '#/contract/rows.js';
import { useServices } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { emptyList, listReducer, selectedItem } from '../../list.js';
import { createStore } from '../../store.js';
import { shown } from '../../text.js';
import { useListScreen } from '../list-screen.js';
import { AddMember, RemoveMember } from './member-dialogs.js';
import { memberDetails, memberHeads, memberLine, memberSummary, membersList } from './members-view.js';

type Dialog = { readonly kind: 'add' } | { readonly kind: 'remove'; readonly row: MemberRow };

/** Who may do what in a safe; whoever may, changes it here. */
export function MembersScreen({ safe }: { readonly safe: PersonSafeRow }) {
  const services = useServices();
  const list = useMemo(() => createStore(listReducer(membersList), emptyList<MemberRow>()), []);
  const { draw, keys, refresh, text } = useListScreen(list, () => services.members(safe.name));
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = (): void => {
    setDialog(null);
    refresh();
  };
  useKeys(
    'members',
    {
      ...keys,
      'member.add': () => setDialog({ kind: 'add' }),
      'member.remove': () => {
        const row = selectedItem(list.now());
        if (row !== null) setDialog({ kind: 'remove', row });
      },
    },
    {
      text,
      without: safe.permissions.includes('manageSafeMembers') ? [] : ['member.add', 'member.remove'],
      active: dialog === null,
    },
  );
  if (dialog?.kind === 'add') return <AddMember safe={safe.name} onClose={close} />;
  if (dialog?.kind === 'remove') return <RemoveMember row={dialog.row} onClose={close} />;
  return draw((sign) => ({
    prompt: `members of ${shown(safe.name)}, type to find`,
    heads: memberHeads,
    row: (item, columns) => memberLine(item, columns, sign),
    nothing: 'Nobody that you may see.',
    details: memberDetails,
    summary: memberSummary,
  }));
}
