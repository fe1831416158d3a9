import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyList, listReducer, scrollTop, selectedItem } from '#/portal/list.js';
import { accountsList } from '#/portal/screens/accounts/accounts-list.js';
import { makeIndex } from '#/portal/search.js';
import { ACCOUNTS, account } from './fake-services.ts';

const inOrder = (wanted: string, text: string): boolean => {
  let from = 0;
  for (const character of wanted) {
    const found = text.indexOf(character, from);
    if (found < 0) return false;
    from = found + 1;
  }
  return true;
};

describe('searching', () => {
  const names = fc.array(fc.string({ unit: fc.constantFrom(...'abcxyz019@.- '), maxLength: 20 }), {
    maxLength: 40,
  });

  test('finds only what has the characters of every word, in order', () => {
    fc.assert(
      fc.property(names, fc.string({ unit: fc.constantFrom(...'abx0@ '), maxLength: 6 }), (items, typed) => {
        const found = makeIndex(items, (item) => item).find(typed);
        const words = typed.split(' ').filter((word) => word !== '');
        for (const item of found) for (const word of words) expect(inOrder(word, item)).toBe(true);
      }),
    );
  });

  test('finds everything that has the word as it stands', () => {
    fc.assert(
      fc.property(
        names,
        fc.string({ unit: fc.constantFrom(...'abx0'), minLength: 1, maxLength: 3 }),
        (items, typed) => {
          const found = makeIndex(items, (item) => item).find(typed);
          for (const item of items) if (item.includes(typed)) expect(found).toContain(item);
        },
      ),
    );
  });

  test('keeps the order of equals, and of all when nothing is typed', () => {
    const items = Array.from({ length: 300 }, (_, i) => ({ i, text: 'root@web' }));
    const index = makeIndex(items, (item) => item.text);
    expect(index.find('rw')).toEqual(items);
    expect(index.find('  ')).toEqual(items);
  });

  test('never throws, whatever is typed', () => {
    const index = makeIndex(ACCOUNTS, (item) => accountsList.textOf(item));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => index.find(typed).length <= ACCOUNTS.length),
    );
  });

  test('looks through user, address and safe, in any case and script', () => {
    const index = makeIndex(ACCOUNTS, (item) => accountsList.textOf(item));
    expect(index.find('ADMIN60')[0]?.id).toBe('a3');
    expect(index.find('domain admin')[0]?.id).toBe('a3');
    expect(index.find('管')[0]?.id).toBe('a6');
    expect(index.find('tokyo')[0]?.id).toBe('a6');
    expect(index.find('日本')[0]?.id).toBe('a6');
  });

  test('brings what cannot be used last', () => {
    const index = makeIndex(
      [account('x', 'db', 'db', { usable: false }), account('y', 'adb', 'host')],
      (item) => accountsList.textOf(item),
      (item) => accountsList.rankOf?.(item) ?? 0,
    );
    expect(index.find('db').map((item) => item.id)).toEqual(['y', 'x']);
  });
});

describe('a list', () => {
  const reduce = listReducer(accountsList);
  const full = reduce(emptyList(), { type: 'items', items: ACCOUNTS });

  test('has favourites first, then what was used last, then the rest, then what cannot be used', () => {
    expect(full.shown.map((item) => item.id)).toEqual(['a3', 'a1', 'a2', 'a4', 'a6', 'a5']);
  });

  test('selects the best match while typing and stays on it when the filter goes', () => {
    const typed = reduce(full, { type: 'text', text: 'web2' });
    expect(selectedItem(typed)?.id).toBe('a2');
    expect(selectedItem(reduce(typed, { type: 'clear' }))?.id).toBe('a2');
  });

  test('keeps filter and selection when new rows come, even when the selected one is gone', () => {
    const typed = reduce(reduce(full, { type: 'text', text: 'example' }), { type: 'move', by: 2 });
    const selected = selectedItem(typed);
    const again = reduce(typed, {
      type: 'items',
      items: [...ACCOUNTS, account('new', 'x', 'web0.example.com', { favourite: true })],
    });
    expect(selectedItem(again)).toEqual(selected);
    const gone = reduce(again, { type: 'items', items: ACCOUNTS.filter((item) => item.id !== selected?.id) });
    expect(gone.filter).toBe('example');
    expect(selectedItem(gone)).not.toBeNull();
  });

  test('never selects outside of what is shown', () => {
    const action = fc.oneof(
      fc.record({
        type: fc.constant('text' as const),
        text: fc.constantFrom('w', 'db', 'zzz', ' ', 'example', '管'),
      }),
      fc.record({
        type: fc.constantFrom(
          'erase' as const,
          'eraseWord' as const,
          'clear' as const,
          'first' as const,
          'last' as const,
        ),
      }),
      fc.record({ type: fc.constant('move' as const), by: fc.integer({ min: -30, max: 30 }) }),
      fc.record({ type: fc.constant('items' as const), items: fc.subarray([...ACCOUNTS]) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const state = actions.reduce(reduce, full);
        expect(state.shown.length === 0 ? state.selected : selectedItem(state)).not.toBeUndefined();
        expect(state.selected).toBeGreaterThanOrEqual(0);
        expect(state.selected).toBeLessThanOrEqual(Math.max(0, state.shown.length - 1));
      }),
    );
  });

  test('does not keep an endless filter', () => {
    expect(reduce(full, { type: 'text', text: 'x'.repeat(65_536) }).filter).toHaveLength(200);
  });

  test('scrolls no further than it must, and keeps the selection in sight', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.nat(100),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 100 }),
        (before, at, height, total) => {
          const selected = Math.min(at, total - 1);
          const top = scrollTop(before, selected, height, total);
          expect(top).toBeLessThanOrEqual(selected);
          expect(top + height).toBeGreaterThan(selected);
          expect(top).toBeLessThanOrEqual(Math.max(0, total - height));
        },
      ),
    );
    expect(scrollTop(10, 12, 5, 100)).toBe(10);
  });
});
