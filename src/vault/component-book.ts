import type { Component } from '#/domain/people.js';

/** What the vault remembers of component users while it runs. */
export interface ComponentBook {
  /** Takes the right to change a component's password; false when somebody else has it. */
  lease(component: Component, holder: object): boolean;
  /** Takes it from whoever has it: a repair by hand. */
  seize(component: Component, holder: object): void;
  holds(component: Component, holder: object): boolean;
  release(component: Component, holder: object): void;
  /** A connection is gone, and what it had with it. */
  leave(holder: object): void;
  /** Why a component could not log in the last time; null: it could. */
  trouble(component: Component): string | null;
  setTrouble(component: Component, why: string | null): void;
  /** The disabled ones; `load` is asked once. */
  disabled(load: () => Promise<ReadonlySet<Component>>): Promise<ReadonlySet<Component>>;
  /** They have changed: ask again. */
  forgetDisabled(): void;
  /** Is it time to say this again? Who is refused tries once a second. */
  sayAgain(what: string, every: number): boolean;
}

export function createComponentBook(now: () => number): ComponentBook {
  const leases = new Map<Component, object>();
  const troubles = new Map<Component, string>();
  let disabled: Promise<ReadonlySet<Component>> | null = null;
  const said = new Map<string, number>();
  return {
    lease(component, holder) {
      const holding = leases.get(component);
      if (holding !== undefined && holding !== holder) return false;
      leases.set(component, holder);
      return true;
    },
    seize: (component, holder) => void leases.set(component, holder),
    holds: (component, holder) => leases.get(component) === holder,
    release(component, holder) {
      if (leases.get(component) === holder) leases.delete(component);
    },
    leave(holder) {
      for (const [component, holding] of leases) if (holding === holder) leases.delete(component);
    },
    trouble: (component) => troubles.get(component) ?? null,
    setTrouble(component, why) {
      if (why === null) troubles.delete(component);
      else troubles.set(component, why);
    },
    disabled(load) {
      disabled ??= load().catch((error: unknown) => {
        disabled = null;
        throw error;
      });
      return disabled;
    },
    forgetDisabled() {
      disabled = null;
    },
    sayAgain(what, every) {
      const before = said.get(what);
      if (before !== undefined && now() - before < every) return false;
      said.set(what, now());
      return true;
    },
  };
}
