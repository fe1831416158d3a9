import { useMemo } from 'react';
import { done } from '#/domain/outcome.js';
import { useServices } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { emptyList, listReducer } from '../../list.js';
import { createStore } from '../../store.js';
import { shown } from '../../text.js';
import { useListScreen } from '../list-screen.js';
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
  const services = useServices();
  const list = useMemo(() => createStore(listReducer(trialList), emptyList<TrialStep>()), []);
  const { draw, keys, text } = useListScreen(list, async () => {
    const tried = await services.tryDirectory(directory, user);
    return tried.ok ? done(tried.value.steps.map((step, place) => ({ ...step, place }))) : tried;
  });
  useKeys('trial', keys, { text });
  return draw((sign) => ({
    prompt: `${shown(user)} at ${shown(directory)}`,
    heads: trialHeads,
    row: (item, columns) => trialLine(item, columns, sign),
    nothing: 'The directory is being asked…',
    details: trialDetails,
    summary: trialSummary,
  }));
}
