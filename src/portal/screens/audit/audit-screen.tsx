import { useMemo, useRef } from 'react';
import type { AuditRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { emptyList, listReducer } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { createStore, useStore } from '../../store.js';
import { shown } from '../../text.js';
import { listHeight, listLines } from '../list-view.js';
import { auditDetails, auditHeads, auditLine, auditList, auditSummary } from './audit-view.js';

/** The newest rows of the audit: of a safe, or of all there is. */
export function AuditScreen({ safe }: { readonly safe: string | null }) {
  const { state: portal, clock } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const list = useMemo(() => createStore(listReducer(auditList), emptyList<AuditRow>()), []);
  const state = useStore(list);
  const refresh = useLoadedList(list, () => services.audit(safe));
  const top = useRef(0);
  useKeys(
    'audit',
    {
      ...listHandlers(list, listHeight(room), () => portal.dispatch({ type: 'back' })),
      'list.refresh': refresh,
    },
    { text: (text) => list.dispatch({ type: 'text', text }) },
  );
  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: safe === null ? 'all of the audit, type to find' : `audit of ${shown(safe)}, type to find`,
    heads: auditHeads,
    row: (item, columns) => auditLine(item, columns, clock.now(), sign),
    nothing: 'Nothing happened yet, or you may not see it.',
    details: auditDetails,
    summary: (item) => auditSummary(item, sign),
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
