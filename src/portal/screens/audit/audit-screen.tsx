import { useMemo } from 'react';
import type { AuditRow } from '#/contract/rows.js';
import { usePortal, useServices } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { emptyList, listReducer } from '../../list.js';
import { createStore } from '../../store.js';
import { shown } from '../../text.js';
import { useListScreen } from '../list-screen.js';
import { auditDetails, auditHeads, auditLine, auditList, auditSummary } from './audit-view.js';

/** The newest rows of the audit: of a safe, or of all there is. */
export function AuditScreen({ safe }: { readonly safe: string | null }) {
  const { clock } = usePortal();
  const services = useServices();
  const list = useMemo(() => createStore(listReducer(auditList), emptyList<AuditRow>()), []);
  const { draw, keys, text } = useListScreen(list, () => services.audit(safe));
  useKeys('audit', keys, { text });
  return draw((sign) => ({
    prompt: safe === null ? 'all of the audit, type to find' : `audit of ${shown(safe)}, type to find`,
    heads: auditHeads,
    row: (item, columns) => auditLine(item, columns, clock.now(), sign),
    nothing: 'Nothing happened yet, or you may not see it.',
    details: auditDetails,
    summary: (item) => auditSummary(item, sign),
  }));
}
