import { useApp } from 'ink';
import { useEffect, useMemo } from 'react';
import type { AccountRow } from '#/contract/rows.js';
import { clampSize } from '#/domain/session.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { openSession } from '../../open-session.js';
import { type SessionWish, wishName } from '../../route.js';
import { useStore } from '../../store.js';
import { ReasonScreen } from '../reason/reason-screen.js';
import { connectingLines } from './connecting-view.js';
import { HostKeyScreen } from './host-key-screen.js';

/** Asks for a reason where one is needed; then the session is opened. */
export function ConnectingScreen({ wish }: { readonly wish: SessionWish }) {
  const services = useServices();
  return wish.kind === 'connect' && needsReason(wish.account, wish.reason ?? services.reason) ? (
    <ReasonScreen wish={wish} />
  ) : (
    <OpeningScreen wish={wish} />
  );
}

function needsReason({ reasonRequired }: AccountRow, given: string | null): boolean {
  return reasonRequired && given === null;
}

/** Opens the session when it comes into sight, and is left when the session is over, one way or the other. */
function OpeningScreen({ wish }: { readonly wish: SessionWish }) {
  const portal = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const { suspendTerminal } = useApp();
  const opening = useMemo(
    () => openSession({ wish, services, portal, suspend: suspendTerminal }),
    [wish, services, portal, suspendTerminal],
  );
  const state = useStore(opening.state);
  useEffect(() => {
    opening.start();
    return () => opening.giveUp();
  }, [opening]);
  useKeys('connecting', { 'connecting.cancel': () => opening.giveUp() }, { active: state.question === null });
  const title = wishName(wish);
  if (state.question !== null)
    return <HostKeyScreen title={title} opening={opening} question={state.question} />;
  return <Lines lines={connectingLines(title, state, clampSize(room.columns, room.rows), sign)} />;
}
