import type { PersonRow } from '#/contract/rows.js';
import { isTab, type Route, TABS } from '../route.js';
import { SCREENS } from '../keys.js';
import { shown } from '../text.js';
import { clockTime, shortTime } from '../times.js';
import { fitLine, type Line, lineWidth, type Signs, span, spread } from '../view.js';

export interface HeaderView {
  readonly branding: string;
  readonly person: PersonRow | null;
  readonly route: Route;
  readonly now: number;
  readonly columns: number;
  readonly sign: Signs;
}

/** Two lines and a rule: whose house, where one is, who one is, when one last was here. */
export function headerLines(view: HeaderView): readonly Line[] {
  const { columns, sign } = view;
  return [topLine(view), fitLine(visits(view), columns, sign('more')), [span(sign('rule').repeat(columns), 'quiet')]];
}

function topLine({ branding, person, route, now, columns, sign }: HeaderView): Line {
  const time = `${clockTime(now)} UTC`;
  if (person === null) return spread([span(` ${shown(branding)}`, 'title')], [span(`${time} `, 'quiet')], columns, sign('more'));
  const tabs = tabLine(route, columns < 76 ? '' : ' ');
  const right = columns < 76 ? [span(` ${shown(person.user)} `, 'strong')] : [span(` ${shown(person.user)}`, 'strong'), span(`  ${time} `, 'quiet')];
  const room = columns - lineWidth(tabs) - 4;
  const brand = fitLine([span(` ${shown(branding)}`, 'title')], Math.max(0, Math.min(lineWidth([span(shown(branding))]) + 1, room - Math.min(lineWidth(right), 20))), sign('more'));
  return spread([...brand, span('   '), ...tabs], fitLine(right, Math.min(lineWidth(right), Math.max(8, Math.floor(columns / 3))), sign('more')), columns, sign('more'));
}

/** The one in sight stands in brackets: seen without colour, too. */
function tabLine(route: Route, gap: string): Line {
  return TABS.flatMap((tab): Line => {
    const { title } = SCREENS[tab];
    return [isTab(route.screen) && route.screen === tab ? span(`[${title}]`, 'tabHere') : span(` ${title} `, 'tab'), span(gap)];
  });
}

/** Last success and last failure. A failure after the last success is worth a look. */
function visits({ person, now, sign, columns }: HeaderView): Line {
  if (person === null) return [span(' privileged sessions, recorded', 'quiet')];
  const { lastSuccess, lastFailure } = person;
  const success = lastSuccess === null ? 'first login' : `last login ${shortTime(lastSuccess.at, now)} from ${shown(lastSuccess.from)}`;
  if (lastFailure === null) return [span(` ${success}`, 'quiet')];
  const fresh = lastSuccess === null || lastFailure.at > lastSuccess.at;
  const failure = `last failure ${shortTime(lastFailure.at, now)}${columns < 76 ? '' : ` from ${shown(lastFailure.from)}`}`;
  return [span(` ${success} ${sign('between')} `, 'quiet'), span(failure, fresh ? 'warning' : 'quiet')];
}
