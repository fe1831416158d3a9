import type { ToControlledHost } from '#/contract/watch-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { Vault } from '../vault.js';
import type { WatchLink } from '../watch-link.js';
import type { Watchers } from '../watchers.js';
import { askAgain } from './ask-again.js';
import type { Oversight, TakenKeyboard } from './oversight.js';

/** What a viewer may do beyond looking: take over the keyboard, against a permit of the vault for exactly that. */
export interface Control {
  hear(message: ToControlledHost): void;
  /** False: he never had the keyboard. */
  keys(bytes: Buffer): boolean;
  close(): void;
}

export interface ControlParts {
  readonly vault: Vault;
  readonly now: () => number;
  readonly link: WatchLink;
  readonly which: { readonly sessionId: string; readonly watch: string };
  readonly oversight: Oversight;
  readonly watchers: Watchers;
}

export function offerControl({ vault, now, link, which, oversight, watchers }: ControlParts): Control {
  let keyboard: TakenKeyboard | null = null;
  let stopAsking = (): void => undefined;
  let asking = false;
  let hadIt = false;
  let closed = false;

  const letGo = (): void => {
    const mine = keyboard;
    if (mine === null) return;
    stopAsking();
    // first: whoever hears of it is told whose it is now
    keyboard = null;
    mine.handBack();
    void vault.ask('session.controlEnded', which);
  };
  const refuse = (because: Failure): void => link.send({ type: 'no-control', failure: because });
  const take = async (permit: string): Promise<void> => {
    if (asking || keyboard !== null) return;
    asking = true;
    const redeemed = await vault.ask('session.redeemControl', { ...which, permit });
    asking = false;
    if (!redeemed.ok) return refuse(redeemed.failure);
    const over = (): void => void vault.ask('session.controlEnded', which);
    if (closed) return over();
    hadIt = true;
    keyboard = oversight.takeOver(redeemed.value.value.controller, link);
    if (keyboard === null) {
      over();
      return refuse(failure('CONTROL_TAKEN', oversight.state.typing ?? 'nobody can take it'));
    }
    stopAsking = askAgain({
      now,
      ask: () => vault.ask('session.controlGoesOn', which),
      over(because) {
        letGo();
        refuse(because);
      },
    });
    tell();
  };
  const tell = (): void => {
    const { typing, suspended } = oversight.state;
    link.send({
      type: 'overseen',
      typing,
      mine: keyboard !== null,
      suspended,
      viewers: watchers.names,
      watching: watchers.count,
    });
  };
  const stopListening = oversight.onChange(tell);
  const stopCounting = watchers.onChange(tell);
  tell();
  return {
    hear: (message) => (message.type === 'control' ? void take(message.permit) : letGo()),
    keys(bytes) {
      keyboard?.type(bytes);
      // what was on its way when he lost it goes nowhere
      return hadIt;
    },
    close() {
      closed = true;
      stopListening();
      stopCounting();
      letGo();
    },
  };
}
