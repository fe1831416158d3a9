/** Runs at most `most` works at once; null when `waiting` others are waiting already. */
export function createGate(most: number, waiting: number): <T>(work: () => Promise<T>) => Promise<T | null> {
  const queue: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) {
      if (queue.length >= waiting) return null;
      // whoever leaves hands its place over, so `running` stays as it is
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** A gate for each name, so that what hangs behind one holds up nobody at another; names are few. */
export function createGates(
  most: number,
  waiting: number,
): <T>(name: string, work: () => Promise<T>) => Promise<T | null> {
  const gates = new Map<string, ReturnType<typeof createGate>>();
  return (name, work) => {
    const gate = gates.get(name) ?? createGate(most, waiting);
    gates.set(name, gate);
    return gate(work);
  };
}

/** Runs works of the same name one after the other. */
export function createLanes(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const lanes = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = lanes.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    lanes.set(name, mine);
    try {
      return await mine;
    } finally {
      if (lanes.get(name) === mine) lanes.delete(name);
    }
  };
}
