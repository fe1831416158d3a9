import { hostname } from 'node:os';
import { CREDENTIAL_FILES } from '#/contract/credentials.js';
import type { Component } from '#/domain/people.js';

/** What a credential file is bound to, beside its component: moved anywhere else, it does not open. */
export interface Binding {
  readonly hostName: string;
  readonly uid: number;
  /** The program that may open it, by its last folder, e.g. 'processes/portal.js'. */
  readonly executable: string;
}

/** The binding that this very process would satisfy. */
export function runningBinding(): Binding {
  return {
    hostName: hostname(),
    uid: process.getuid?.() ?? 0,
    executable: executableName(process.argv[1] ?? ''),
  };
}

/** The binding of a component's file on this host, for the process that logs in with it. */
export function bindingFor(component: Component, uid: number): Binding {
  return {
    hostName: hostname(),
    uid,
    executable: `processes/${CREDENTIAL_FILES[component].role}.js`,
  };
}

/** The installation may lie anywhere and is bound into a run directory: only what names the program counts. */
export function executableName(path: string): string {
  return path.split('/').slice(-2).join('/');
}

/** Phrase naming the first binding that fails, or null when all hold. */
export function brokenBinding(bound: Binding, running: Binding): string | null {
  if (bound.hostName !== running.hostName)
    return `is bound to host ${bound.hostName}, this is ${running.hostName}`;
  if (bound.uid !== running.uid)
    return `is bound to OS uid ${bound.uid}, this process runs as ${running.uid}`;
  if (bound.executable !== running.executable)
    return `is bound to program ${bound.executable}, this is ${running.executable}`;
  return null;
}
