import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { programFile } from '#/configuration/home.js';
import type { Host } from './host.js';
import { Refusal } from './refusal.js';

/** What the one-shot process that makes a new home is told, on its standard input. Nothing in it is secret. */
export interface InitialiseRequest {
  readonly home: string;
  readonly bastion: string;
  readonly accounts: Host['accounts'];
  readonly masterKeyMode: Host['configuration']['masterKeyMode'];
  readonly masterKeyPath: string | null;
  readonly demo: boolean;
  /** Say the one-time password on standard output, which is a terminal; otherwise it goes to a file. */
  readonly terminal: boolean;
}

/** The vault is put in place last: with it, everything else is there. */
export function isInitialised(home: string): boolean {
  return existsSync(join(home, 'vault'));
}

/** Makes a new home in a process of its own: secrets are made there, and this one never holds them. */
export async function initialise(host: Host, masterKeyPath: string | null): Promise<void> {
  const request: InitialiseRequest = {
    home: host.home,
    bastion: host.bastion,
    accounts: host.accounts,
    masterKeyMode: host.configuration.masterKeyMode,
    masterKeyPath,
    demo: host.configuration.demo && host.root,
    terminal: process.stdout.isTTY,
  };
  const program = programFile('initialise', host.installation);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(JSON.stringify(request));
  const { promise, resolve } = Promise.withResolvers<number | string>();
  child.on('error', (error) => resolve(error.message));
  child.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  const ended = await promise;
  if (ended !== 0)
    throw new Refusal(
      `the new home ${host.home} could not be made (${ended}); the next start repairs what is half done`,
    );
}
