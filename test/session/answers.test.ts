import { expect, test } from 'vitest';
import { watchAnswers } from '#/session/answers.js';
import { saidLines } from '#/session/said-lines.js';

const TELLS = 'debug1: mux.c:muxserver_listen():1280 (pid=7): setting up multiplex master socket\r\n';
const confirm = (text: string): Buffer =>
  Buffer.from(`debug2: clientloop.c:client_status_confirm():669 (pid=7): ${text}\r\n`);

function heardOf(...said: readonly Buffer[]) {
  const answers = watchAnswers();
  const hear = saidLines(answers);
  hear(Buffer.from(TELLS));
  for (const bytes of said) hear(bytes);
  return { answers, hear };
}
const soon = <T>(answer: Promise<T>): Promise<T | 'open'> =>
  Promise.race([answer, new Promise<'open'>((resolve) => setTimeout(resolve, 60, 'open'))]);

test('what the target answers is heard for each channel, before or after it is open', async () => {
  const { answers, hear } = heardOf();
  const since = answers.mark();
  hear(confirm('exec request accepted on channel 3'));
  const later = answers.of(2, since, 10_000);
  expect(await answers.of(3, since, 10_000).answer).toBe('accepted');
  expect(await soon(later.answer)).toBe('open');
  hear(confirm('channel 2: mux request: subsystem'));
  expect(await later.answer).toBe('refused');
});

test('what was said of another channel that had the same number is not of this one', async () => {
  const { answers } = heardOf(confirm('exec request accepted on channel 2'));
  const asked = answers.of(2, answers.mark(), 10_000);
  expect(await soon(asked.answer)).toBe('open');
  asked.forget();
});

test('a display that is not lent is no answer to what is to run', async () => {
  const { answers, hear } = heardOf();
  const asked = answers.of(2, answers.mark(), 10_000);
  hear(confirm('X11 forwarding request accepted on channel 2'));
  hear(confirm('channel 2: mux request: X11 forwarding'));
  expect(await soon(asked.answer)).toBe('open');
  asked.forget();
});

test('a target that does not answer is known in time, but only where the client tells of answers', async () => {
  const { answers } = heardOf();
  expect(await answers.of(2, answers.mark(), 20).answer).toBe('none');
  const over = answers.of(2, answers.mark(), 20);
  over.forget();
  expect(await soon(over.answer)).toBe('open');
  const old = watchAnswers();
  expect(await soon(old.of(2, old.mark(), 20).answer)).toBe('open');
});
