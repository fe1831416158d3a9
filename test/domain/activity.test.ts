import { expect, test } from 'vitest';
import { type Activity, activityLine, decodeActivity, encodeActivity } from '#/domain/activity.js';

const transfer: Activity = {
  kind: 'transfer',
  protocol: 'sftp',
  direction: 'upload',
  path: '/etc/motd\u001b[2J',
  name: null,
  size: 12,
  bytes: 12,
  sha256: 'ab'.repeat(32),
  noHash: null,
  mode: 0o644,
  result: 'ok',
};

test.each<[Activity, string]>([
  [transfer, `sftp upload /etc/motd·[2J: 12 bytes, mode 0644, sha256 ${'ab'.repeat(32)}, ok`],
  [
    { ...transfer, name: 'motd', size: 20, sha256: null, noHash: 'only a part was read', mode: null },
    'sftp upload /etc/motd·[2J (motd): 12 of 20 bytes, no sha256 (only a part was read), ok',
  ],
  [
    {
      kind: 'change',
      protocol: 'sftp',
      operation: 'rename',
      path: 'a',
      to: 'b',
      result: 'permission denied',
    },
    'sftp rename a → b: permission denied',
  ],
  [{ kind: 'message', protocol: 'scp', text: 'no\nsuch' }, 'scp says: no·such'],
  [{ kind: 'unreadable', protocol: 'sftp', why: 'x' }, 'sftp the rest could not be read: x'],
  [
    { kind: 'totals', protocol: 'rsync', command: 'rsync --server . /srv', toTarget: 5, fromTarget: 6 },
    'rsync of rsync --server . /srv: 5 bytes to the target, 6 bytes from it',
  ],
])('an activity comes back and is one line: %o', (activity, line) => {
  expect(decodeActivity(encodeActivity(activity))).toEqual(activity);
  expect(activityLine(activity)).toBe(line);
});

test.each([
  '',
  'null',
  '1',
  '{}',
  '{"kind":"toString"}',
  '{"kind":"message","protocol":"scp"}',
  '{"kind":"message","protocol":"x","text":""}',
  JSON.stringify({ ...transfer, size: -1 }),
  JSON.stringify({ ...transfer, path: null }),
])('%s is no activity', (text) => {
  expect(decodeActivity(text)).toBeNull();
});
