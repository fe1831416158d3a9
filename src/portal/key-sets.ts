/** Commands that go together on many screens. */
export const MOVE = [
  'move.up',
  'move.down',
  'move.pageUp',
  'move.pageDown',
  'move.first',
  'move.last',
] as const;
export const EDIT = ['text.erase', 'text.eraseWord', 'text.clear'] as const;
export const FORM = ['form.enter', 'form.next', 'form.previous', ...EDIT, 'form.leave'] as const;
export const LEAVE = ['leave.now', 'leave.ask', 'screen.redraw'] as const;
export const TAB = ['screen.next', 'screen.previous', 'leave.now', 'leave.ask', 'screen.redraw'] as const;
