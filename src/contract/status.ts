import { z } from 'zod';

const level = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]);

/** One wall that an isolation level promises, and what the box's self-test found. */
const wall = z.object({ wall: z.string(), holds: z.boolean(), found: z.string() });

const child = z.object({
  name: z.string(),
  pid: z.int().nullable(),
  state: z.enum(['starting', 'ready', 'waiting', 'draining', 'stopped']),
  restarts: z.int(),
  /** Why its last process ended; null: it never did. */
  lastEnd: z.string().nullable(),
  /** Names the process for good: a pid alone may be somebody else's by now. */
  identity: z.string().nullable(),
});

/** What the daemon says of itself in RUN/status.json, for doctor and for the daemon that comes after it. */
export const daemonStatus = z.object({
  version: z.literal(1),
  pid: z.int(),
  startedAt: z.string(),
  state: z.enum(['starting', 'ready', 'stopping', 'stopped']),
  listen: z.string(),
  home: z.string(),
  recordings: z.string(),
  root: z.boolean(),
  isolation: level,
  minimumIsolation: level,
  isolationTrials: z
    .array(
      z.object({
        level,
        reached: z.boolean(),
        failure: z.string().nullable(),
        walls: z.array(wall).readonly(),
      }),
    )
    .readonly(),
  /** What this host or user cannot give, in sentences. */
  reduced: z.array(z.string()).readonly(),
  children: z.array(child).readonly(),
});
export type DaemonStatus = Readonly<z.infer<typeof daemonStatus>>;
