import { useLayoutEffect, useRef } from 'react';
import { usePortal } from './context.js';
import {
  COMMANDS,
  type Command,
  type CommandName,
  type CommandOf,
  commandOf,
  type EVERYWHERE,
  type KeyScreen,
  SCREENS,
} from './keys.js';
import { createStore, type Store } from './store.js';
import type { Stroke } from './strokes.js';

type Everywhere = (typeof EVERYWHERE)[number];
/** Everything that a screen's key table promises, but what works everywhere. */
export type Handlers<S extends KeyScreen> = { readonly [C in Exclude<CommandOf<S>, Everywhere>]: () => void };

/** Who listens now. The line at the bottom is made from it, so that it cannot lie. */
export interface Listening {
  readonly screen: KeyScreen;
  /** Commands that would do nothing now. */
  readonly without: readonly CommandName[];
  readonly briefs: Briefs;
}

/** What the line at the bottom says of a command now, in place of the table's word; null: it is not offered, though the key may say why. */
export type Briefs = Partial<Record<CommandName, string | null>>;

/** A command as the line at the bottom offers it. */
export interface Offer {
  readonly name: CommandName;
  readonly brief: string;
}

interface Listener extends Listening {
  readonly handlers: Partial<Record<CommandName, () => void>>;
  readonly text: (text: string) => void;
}

export interface Keyboard {
  readonly listening: Store<Listening | null, Listening | null>;
  /** Gives a stroke to the screen that listens. */
  readonly press: (stroke: Stroke) => void;
  readonly listen: (listener: () => Listener) => () => void;
  /** What works everywhere. */
  readonly everywhere: (handlers: Record<Everywhere, () => void>) => void;
}

export function createKeyboard(): Keyboard {
  const listening = createStore<Listening | null, Listening | null>((_old, next) => next, null);
  const stack: (() => Listener)[] = [];
  let common: Partial<Record<CommandName, () => void>> = {};
  const tell = (): void => {
    const top = stack.at(-1)?.();
    listening.dispatch(
      top === undefined ? null : { screen: top.screen, without: top.without, briefs: top.briefs },
    );
  };
  return {
    listening,
    press(stroke) {
      const top = stack.at(-1)?.();
      if (top === undefined) return;
      if (stroke.kind === 'text' && !SCREENS[top.screen].typing && stroke.text.length > 1) {
        for (const character of stroke.text) this.press({ kind: 'text', text: character });
        return;
      }
      const command = commandOf(top.screen, stroke);
      if (command === null) {
        if (stroke.kind === 'text' && SCREENS[top.screen].typing) top.text(stroke.text);
        return;
      }
      if (!top.without.includes(command)) (top.handlers[command] ?? common[command])?.();
    },
    listen(listener) {
      stack.push(listener);
      tell();
      return () => {
        stack.splice(stack.indexOf(listener), 1);
        tell();
      };
    },
    everywhere(handlers) {
      common = handlers;
    },
  };
}

export interface KeyOptions {
  /** Takes what is typed or pasted, on screens with typing. */
  readonly text?: (text: string) => void;
  readonly without?: readonly CommandName[];
  readonly briefs?: Briefs;
  /** False while a dialog of the screen listens. */
  readonly active?: boolean;
}

/** Listens to the keys of a screen while it is mounted and active. The table says which; the compiler that none is missing. */
export function useKeys<S extends KeyScreen>(
  screen: S,
  handlers: Handlers<S>,
  { text, without = [], briefs = {}, active = true }: KeyOptions = {},
): void {
  const { keyboard } = usePortal();
  const latest = useRef<Listener>({ screen, without, briefs, handlers: {}, text: () => undefined });
  latest.current = {
    screen,
    without,
    briefs,
    handlers,
    text: text ?? (() => undefined),
  };
  const offered = JSON.stringify([without, briefs]);
  useLayoutEffect(
    () => (active ? keyboard.listen(() => latest.current) : undefined),
    [keyboard, active, screen, offered],
  );
}

/** Commands for the line at the bottom, those that do something now. */
export function briefCommands({ screen, without, briefs }: Listening): readonly Offer[] {
  const commands: readonly CommandName[] = SCREENS[screen].commands;
  return commands.flatMap((name) => {
    const command: Command = COMMANDS[name];
    const brief = briefs[name] === undefined ? command.brief : briefs[name];
    return brief === undefined || brief === null || without.includes(name) ? [] : [{ name, brief }];
  });
}
