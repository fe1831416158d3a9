import { describe, expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { keyWord } from '#/portal/key-words.js';
import {
  COMMANDS,
  type Command,
  type CommandName,
  commandOf,
  EVERYWHERE,
  type KeyScreen,
  SCREENS,
} from '#/portal/keys.js';
import { firstState, portalReducer } from '#/portal/portal-state.js';
import { here, pop, push, type RouteStack, replace, TABS, tabFrom } from '#/portal/route.js';
import { alice, session } from './fake-services.ts';

const screens = Object.keys(SCREENS) as KeyScreen[];
const commandsOf = (screen: KeyScreen): readonly CommandName[] => SCREENS[screen].commands;

describe('the key table', () => {
  test.each(screens)('%s: no key has two meanings', (screen) => {
    const keys = commandsOf(screen).flatMap((name) => COMMANDS[name].keys as readonly string[]);
    expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
  });

  test.each(screens.filter((screen) => SCREENS[screen].typing))('%s: every character is text', (screen) => {
    for (const name of commandsOf(screen))
      for (const key of COMMANDS[name].keys) expect(key).not.toMatch(/^'/);
    for (const character of [...'jkq/?: +-', 'é', '管'])
      expect(commandOf(screen, { kind: 'text', text: character })).toBeNull();
  });

  test('every command belongs to a screen and says what it does', () => {
    const used = new Set(screens.flatMap(commandsOf));
    expect(Object.keys(COMMANDS).filter((name) => !used.has(name as CommandName))).toEqual([]);
    for (const command of Object.values(COMMANDS) as Command[]) expect(command.help).toMatch(/^[a-z0-9]/);
  });

  test('Tab turns the screens, wherever there are tabs', () => {
    for (const tab of TABS) for (const name of EVERYWHERE) expect(commandsOf(tab)).toContain(name);
  });

  test('needs no function keys', () => {
    for (const command of Object.values(COMMANDS) as Command[])
      for (const key of command.keys) expect(keyWord(key)).not.toMatch(/^F\d/);
  });

  test('hears letters in either case where nothing is typed', () => {
    expect(commandOf('hostKey', { kind: 'text', text: 'P' })).toBe('hostKey.pin');
    expect(commandOf('replay', { kind: 'text', text: ' ' })).toBe('replay.toggle');
  });
});

describe('routes', () => {
  const stack: RouteStack = [{ screen: 'accounts' }];
  test('go deeper, come back, and never run empty', () => {
    const deep = push(stack, { screen: 'leave' });
    expect(here(deep).screen).toBe('leave');
    expect(pop(deep)).toEqual(stack);
    expect(pop(pop(stack))).toEqual(stack);
    expect(replace(stack, { screen: 'help' })).toEqual([{ screen: 'help' }]);
    expect(here(replace(deep, { screen: 'help' })).screen).toBe('help');
  });
  test('turn around the end', () => {
    expect(TABS.map((tab) => tabFrom(tab, 1))).toEqual(['recordings', 'live', 'help', 'accounts']);
    expect(tabFrom('accounts', -1)).toBe('help');
  });
});

describe('the portal', () => {
  test('begins with the login, or inside when a key proved who it is', () => {
    expect(here(firstState(null).stack).screen).toBe('login');
    expect(here(firstState(alice).stack).screen).toBe('accounts');
    expect(here(firstState({ ...alice, mustChange: true }).stack).screen).toBe('password');
  });
  test('offers waiting sessions on the accounts only', () => {
    const waiting = { type: 'waiting', sessions: [session('s', { state: 'detached' })] } as const;
    expect(here(portalReducer(firstState(alice), waiting).stack).screen).toBe('offer');
    expect(
      here(portalReducer(portalReducer(firstState(alice), { type: 'tab', by: 1 }), waiting).stack).screen,
    ).toBe('recordings');
  });
  test('a login that is over leads to the login screen from anywhere', () => {
    const deep = portalReducer(firstState(alice), { type: 'go', route: { screen: 'leave' } });
    expect(portalReducer(deep, { type: 'loggedOut', why: 'over' })).toMatchObject({
      person: null,
      stack: [{ screen: 'login', why: 'over' }],
    });
  });
  test('Tab does nothing in a dialog', () => {
    const deep = portalReducer(firstState(alice), { type: 'go', route: { screen: 'leave' } });
    expect(portalReducer(deep, { type: 'tab', by: 1 })).toBe(deep);
  });
  test('opens again when it can', () => {
    const closed = portalReducer(firstState(null), { type: 'closed', failure: failure('VAULT_SEALED') });
    expect(closed.closedWhy?.code).toBe('VAULT_SEALED');
    expect(
      portalReducer(closed, { type: 'opened', configuration: { branding: 'B', methods: [], version: '1' } })
        .closedWhy,
    ).toBeNull();
  });
});
