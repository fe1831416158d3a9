import { useMemo, useRef } from 'react';
import { done } from '#/domain/outcome.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { emptyList, listReducer } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { createStore, useStore } from '../../store.js';
import { shown } from '../../text.js';
import { listHeight, listLines } from '../list-view.js';
import {
  type TrialStep,
  trialDetails,
  trialHeads,
  trialLine,
  trialList,
  trialSummary,
} from './trial-view.js';

/** The way of a login at a directory, step by step, with what the maps would give. */
export function TrialScreen({ directory, user }: { readonly directory: string; readonly user: string }) {
  const { state: portal } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const list = useMemo(() => createStore(listReducer(trialList), emptyList<TrialStep>()), []);
  const state = useStore(list);
  const refresh = useLoadedList(list, async () => {
    const tried = await services.tryDirectory(directory, user);
    return tried.ok ? done(tried.value.steps.map((step, place) => ({ ...step, place }))) : tried;
  });
  const top = useRef(0);
  useKeys(
    'trial',
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
    prompt: `${shown(user)} at ${shown(directory)}`,
    heads: trialHeads,
    row: (item, columns) => trialLine(item, columns, sign),
    nothing: 'The directory is being asked…',
    details: trialDetails,
    summary: trialSummary,
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
