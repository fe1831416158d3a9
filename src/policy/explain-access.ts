import { PERMISSIONS } from '#/domain/permission.js';
import { effectivePermissions, type Membership } from './grants.js';
import { judgeLive, LIVE_ACTS, type LiveGroups } from './oversight.js';
import { type ResolvedPolicy, settingLines } from './resolve.js';
import { type AccessQuestion, judgeRules, NEEDED, sourceOf, yes } from './rules.js';

/** A line of an explanation. `info`: it does not decide whether one may connect. */
export interface Explained {
  readonly rule: string;
  readonly value: string;
  readonly source: string;
  readonly verdict: 'pass' | 'fail' | 'info';
}

export interface ExplainQuestion extends AccessQuestion {
  readonly recordingSafe: readonly Membership[];
  readonly liveGroups: LiveGroups;
  readonly policy: ResolvedPolicy;
}

/** Each rule that decides a connection, then what else the person may do with the account and with others' sessions on it. */
export function explainAccess(question: ExplainQuestion): readonly Explained[] {
  return [
    ...rules(question),
    ...settings(question.policy),
    ...permissions(question),
    ...liveRights(question),
  ];
}

function rules(question: AccessQuestion): readonly Explained[] {
  return judgeRules(question).map(({ rule, value, source, denial }) => ({
    rule,
    value,
    source: denial === null ? source : `${source}: ${denial.because}`,
    verdict: denial === null ? 'pass' : 'fail',
  }));
}

function settings(policy: ResolvedPolicy): readonly Explained[] {
  return settingLines(policy, 'account').map(({ name, shown, source }) => ({
    rule: `setting ${name}`,
    value: shown,
    source,
    verdict: 'info',
  }));
}

function permissions({ subject, memberships, account, now }: AccessQuestion): readonly Explained[] {
  const held = effectivePermissions(subject, memberships, now);
  return PERMISSIONS.filter((one) => !NEEDED.includes(one)).map((permission) => ({
    rule: `${permission} on safe ${account.safe}`,
    value: yes(held.has(permission)),
    source: sourceOf(permission, subject, memberships, account.safe, now),
    verdict: 'info',
  }));
}

function liveRights(question: ExplainQuestion): readonly Explained[] {
  const { subject, memberships: accountSafe, recordingSafe, now, liveGroups } = question;
  // somebody else's: nobody's id is empty
  const about = { subject, ownerId: '', accountSafe, recordingSafe, now };
  return LIVE_ACTS.map((act) => {
    const said = judgeLive(act, about, liveGroups);
    return {
      rule: `may ${act} others' sessions`,
      value: yes(said.ok),
      source: said.ok ? said.source : said.because,
      verdict: 'info',
    };
  });
}
