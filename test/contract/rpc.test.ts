import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { encodeFrame, encodeJson, FRAME, MAXIMUM_FRAME } from '#/contract/frame.js';
import { type Handler, PROTOCOL_VERSION, RpcPeer } from '#/contract/rpc.js';
import { failure } from '#/domain/failure.js';

const echo: Handler = (call, args, blob) => {
  if (call === 'fail') return Promise.resolve({ ok: false, failure: failure('DENIED', 'as asked') });
  if (call === 'throw') return Promise.reject(new Error('broken promise'));
  if (call === 'never') return new Promise(() => undefined);
  return Promise.resolve({ ok: true, value: { value: { call, args }, blob } });
};

function pair() {
  const [left, right] = duplexPair();
  return { left, right, client: new RpcPeer(left), server: new RpcPeer(right, { handle: echo }) };
}

test('values and blobs come back to the call that asked, in any order', async () => {
  const { client } = pair();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      client.call('echo', { i }, i % 2 === 0 ? Buffer.from([i]) : undefined),
    ),
  );
  answers.forEach((answer, i) => {
    expect(answer).toMatchObject({ ok: true, value: { value: { call: 'echo', args: { i } } } });
    expect(answer.ok && answer.value.blob?.[0]).toBe(i % 2 === 0 ? i : undefined);
  });
});

test('failures are values, and so are exceptions, timeouts and lost connections', async () => {
  const { client, left } = pair();
  expect(await client.call('fail', {})).toMatchObject({ ok: false, failure: { code: 'DENIED' } });
  expect(await client.call('throw', {})).toMatchObject({ ok: false, failure: { code: 'INTERNAL' } });
  expect(await client.call('never', {}, undefined, 20)).toMatchObject({
    ok: false,
    failure: { code: 'VAULT_UNAVAILABLE' },
  });
  const lost = client.call('never', {});
  left.destroy();
  expect(await lost).toMatchObject({ ok: false, failure: { code: 'VAULT_UNAVAILABLE' } });
  expect(await client.call('echo', {})).toMatchObject({ ok: false });
});

test('what is larger than a frame is refused, on either side, and the next call is answered', async () => {
  const { client } = pair();
  const large = 'x'.repeat(MAXIMUM_FRAME);
  expect(await client.call('echo', { large })).toMatchObject({ ok: false, failure: { code: 'BAD_INPUT' } });
  expect(await client.call('echo', {}, Buffer.alloc(MAXIMUM_FRAME))).toMatchObject({
    ok: false,
    failure: { code: 'BAD_INPUT' },
  });
  // the answer repeats the question in more words than the question had
  expect(await client.call('echo', { large: large.slice(60) })).toMatchObject({
    ok: false,
    failure: { code: 'INTERNAL' },
  });
  expect(await client.call('echo', {})).toMatchObject({ ok: true });
});

test('no more calls than agreed are under way at once, however many come in one piece; each is answered', async () => {
  const [left, right] = duplexPair();
  let running = 0;
  let most = 0;
  const slow: Handler = async (_call, args) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    return { ok: true, value: { value: args } };
  };
  new RpcPeer(right, { handle: slow, concurrency: 4 });
  const client = new RpcPeer(left);
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => client.call('slow', { i })));
  expect(most).toBe(4);
  answers.forEach((answer, i) => expect(answer).toMatchObject({ ok: true, value: { value: { i } } }));
});

test.each([
  ['another version', encodeJson({ hello: PROTOCOL_VERSION + 1 })],
  ['a call before hello', encodeJson({ id: 1, call: 'echo', args: {}, blob: false })],
  ['garbage', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
  [
    'a blob that belongs to nothing',
    Buffer.concat([encodeJson({ hello: PROTOCOL_VERSION }), encodeFrame(FRAME.blob, Buffer.from([1]))]),
  ],
])('%s ends the connection', async (_what, bytes) => {
  const [left, right] = duplexPair();
  const { promise, resolve } = Promise.withResolvers<string>();
  new RpcPeer(right, { handle: echo, onClose: resolve });
  left.resume().write(bytes);
  expect(await promise).toBeTruthy();
});
