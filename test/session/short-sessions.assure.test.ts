import { expect, test } from 'vitest';
import { parseHostKey } from '#/domain/host-key.js';
import { startTarget } from '../helpers/target.js';
import { hasBox, startRig, until } from './rig.js';

const SESSIONS = Number(process.env['POSTERN_SHORT_SESSIONS'] ?? 500);
const AT_ONCE = 20;
const OUTPUT = Array.from({ length: 2000 }, (_, i) => `${i + 1}\r\n`).join('');

test.runIf(hasBox)(
  `${SESSIONS} short sessions, ${AT_ONCE} at a time, lose no byte, every second one read late`,
  async () => {
    await using rig = await startRig();
    const target = await startTarget();
    const user = `ptss${process.pid}`;
    const password = 'short-Sessions-1';
    target.addUser(user, password);
    rig.grant = {
      ...rig.grant,
      target: { user, address: '127.0.0.1', port: target.port },
      hostKey: parseHostKey(target.hostKey),
    };
    rig.secret = { secret: Buffer.from(password), passphrase: Buffer.alloc(0) };
    let left = SESSIONS;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const late = left % 2 === 0;
        const one = await rig.open();
        await one.sees('target$ ', 60_000);
        one.type('seq 1 2000; exit 3\n');
        if (late) {
          one.socket.pause();
          await until(
            () =>
              rig.asked.some(
                ({ args }) => args['recordingId'] === one.sessionId && args['ended'] !== undefined,
              ),
            60_000,
          ).catch(() => undefined);
          one.socket.resume();
        }
        expect((await one.hears('ended', 60_000)).ending).toEqual({
          kind: 'exited',
          status: 3,
          signal: null,
        });
        expect(one.text()).toContain(OUTPUT);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await until(() => rig.boxes().length === 0);
    await target.stop();
  },
);
