import { join } from 'node:path';
import type { DaemonStatus } from '#/contract/status.js';
import { openLog } from '#/house/log.js';
import { type DemoKeeper, demoKeeper } from './demo.js';
import { type House, openHouse } from './house.js';
import type { Trial } from './isolation.js';
import { prepareRun, type Run, type RunOptions } from './prepare-run.js';
import { reductions } from './reductions.js';
import { removeRunDirectory } from './run-directory.js';
import { writeStatus } from './status.js';

export interface Daemon {
  readonly trials: readonly Trial[];
  readonly reduced: readonly string[];
  /** user@address of the demo's account; null: there is no demo. */
  readonly demo: string | null;
  ready(): Promise<void>;
  /** Empties the house; resolves when everybody has left. */
  stop(): Promise<void>;
  /** Ends everybody at once. */
  kill(): void;
}

export interface DaemonOptions extends Omit<RunOptions, 'now'> {
  /** Where the log goes beside its file; absent: nowhere. */
  readonly alsoLogTo?: (line: string) => void;
}

/** Brings the house up: a home, the run directory, the isolation that this host gives, then every process. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { host, namespace, alsoLogTo } = options;
  const { configuration, accounts, root } = host;
  const now = (): Date => new Date();
  const path = join(host.home, 'logs/postern.log');
  const log = openLog({ path, now, ...(alsoLogTo === undefined ? {} : { alsoTo: alsoLogTo }) });
  const run = await prepareRun({ ...options, now });
  const reduced = reductions({
    root,
    namespace,
    trials: run.trials,
    minimum: configuration.minimumIsolation,
  });
  for (const line of reduced) log.event('reduced', { line });

  const keepers: { house?: House; demo?: DemoKeeper } = {};
  const report = statusReport({ ...options, run, reduced, startedAt: now().toISOString(), keepers });
  const onEvent = (name: string, what: string): void => {
    log.event(what, { child: name });
    report();
  };
  const { facts, trials, onOrder } = run;
  const house = openHouse({
    facts,
    accounts,
    door: host.door,
    onOrder,
    onOutput: log.follow,
    onEvent,
    complaint: log.complaint,
  });
  keepers.house = house;
  const demo = demoKeeper({ host, onOutput: log.follow, onEvent });
  keepers.demo = demo;
  const say = (state: DaemonStatus['state']): void => {
    log.event(state);
    report(state);
  };
  return {
    trials,
    reduced,
    demo: demo.account,
    async ready() {
      await house.ready();
      say('ready');
    },
    async stop() {
      say('stopping');
      await house.drain(configuration.drainSeconds * 1000);
      await demo.stop();
      say('stopped');
      removeRunDirectory(host.run);
    },
    kill() {
      house.kill();
      demo.kill();
    },
  };
}

interface ReportOptions extends DaemonOptions {
  readonly run: Run;
  readonly reduced: readonly string[];
  readonly startedAt: string;
  readonly keepers: { readonly house?: House; readonly demo?: DemoKeeper };
}

/** Writes RUN/status.json anew; `state` stays what it was when it is not given. */
function statusReport({
  host,
  run,
  reduced,
  startedAt,
  keepers,
}: ReportOptions): (state?: DaemonStatus['state']) => void {
  let now: DaemonStatus['state'] = 'starting';
  return (state = now) => {
    now = state;
    const children = [...(keepers.house?.states() ?? []), ...(keepers.demo?.states() ?? [])];
    const status = {
      pid: process.pid,
      startedAt,
      state,
      listen: `${host.address.address}:${host.address.port}`,
      home: host.home,
      recordings: host.recordings,
      root: host.root,
      isolation: run.facts.isolation,
      minimumIsolation: host.configuration.minimumIsolation,
      isolationTrials: run.trials,
      reduced,
    };
    writeStatus(host.run, status, children);
  };
}
