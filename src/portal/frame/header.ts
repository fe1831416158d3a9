import type { PersonRow } from '#/contract/rows.js';
import { SCREENS } from '../keys.js';
import { isTab, type Route, TABS } from '../route.js';
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
  return [
    topLine(view),
    fitLine(visits(view), columns, sign('more')),
    [span(sign('rule').repeat(columns), 'quiet')],
  ];
}

function topLine({ branding, person, route, now, columns, sign }: HeaderView): Line {
  const time = `${clockTime(now)} UTC`;
  if (person === null)
    return spread([span(` ${shown(branding)}`, 'title')], [span(`${time} `, 'quiet')], columns, sign('more'));
  const tabs = tabLine(route, columns < 76 ? '' : ' ');
  const right =
    columns < 76
      ? [span(` ${shown(person.user)}${columns < 56 ? '' : ' '}`, 'strong')]
      : [span(` ${shown(person.user)}`, 'strong'), span(`  ${time} `, 'quiet')];
  const who = fitLine(right, Math.min(lineWidth(right), Math.max(6, Math.floor(columns / 3))), sign('more'));
  return spread(
    [...brandOf(branding, columns - lineWidth(tabs) - lineWidth(who), sign), ...tabs],
    who,
    columns,
    sign('more'),
  );
}

/** As much of the house's name as there is room for: where one is matters more. */
function brandOf(branding: string, room: number, sign: Signs): Line {
  const brand = [span(` ${shown(branding)}`, 'title')];
  return room < 7 ? [] : [...fitLine(brand, Math.min(lineWidth(brand), room - 3), sign('more')), span('   ')];
}

/** The one in sight stands in brackets: seen without colour, too. */
function tabLine(route: Route, gap: string): Line {
  return TABS.flatMap((tab): Line => {
    const { title } = SCREENS[tab];
    return [
      isTab(route.screen) && route.screen === tab ? span(`[${title}]`, 'tabHere') : span(` ${title} `, 'tab'),
      span(gap),
    ];
  });
}

/** Last success and last failure. A failure after the last success is worth a look. */
function visits({ person, now, sign, columns }: HeaderView): Line {
  if (person === null) return [span(' privileged sessions, recorded', 'quiet')];
  const { lastSuccess, lastFailure } = person;
  const success =
    lastSuccess === null
      ? 'first login'
      : `last login ${shortTime(lastSuccess.at, now)} from ${shown(lastSuccess.from)}`;
  if (lastFailure === null) return [span(` ${success}`, 'quiet')];
  const fresh = lastSuccess === null || lastFailure.at > lastSuccess.at;
  const failure = `last failure ${shortTime(lastFailure.at, now)}${columns < 76 ? '' : ` from ${shown(lastFailure.from)}`}`;
  return [span(` ${success} ${sign('between')} `, 'quiet'), span(failure, fresh ? 'warning' : 'quiet')];
}
