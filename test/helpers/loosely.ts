import { expect } from 'vitest';

/** Vitest's loose matchers, without their `any`: they stand where a value would. */
export const containing = (text: string): unknown => expect.stringContaining(text);
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
export const having = (items: readonly unknown[]): unknown => expect.arrayContaining([...items]);
