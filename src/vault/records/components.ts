import type { Component } from '#/domain/people.js';

/** A component user. Passwords are chance: their plain SHA-256 is kept. Times in milliseconds since 1970. */
export interface StoredComponent {
  readonly hash: Buffer;
  /** Of before the last rotation: good for one login, until `previousUntil`. */
  readonly previous: Buffer | null;
  readonly previousUntil: number | null;
  readonly rotatedAt: number | null;
  readonly disabled: boolean;
}

export interface ComponentRecords {
  component(name: Component): Promise<StoredComponent | null>;
  putComponent(name: Component, component: StoredComponent): Promise<void>;
}
