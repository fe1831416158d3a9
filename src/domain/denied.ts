import { type Failure, failure } from './failure.js';

/** A refusal in which the manager of a safe can do nothing: `who` can. */
export function denied(because: string, who: keyof typeof NEXT): Failure {
  return { ...failure('DENIED', because), next: NEXT[who] };
}

const NEXT = {
  /** It goes by the groups that the configuration names. */
  group:
    'Ask an administrator: liveGroups in the configuration names the groups that may, postern group member add GROUP USER puts you in one.',
  builtIn: 'It belongs to Postern itself, so nobody may, no administrator either: make one of your own.',
  own: 'Ask somebody else who may: nobody does that for himself.',
  console: 'Ask who is root on the bastion.',
} as const;
