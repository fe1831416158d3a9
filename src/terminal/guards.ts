import type { Terminal } from '@xterm/headless';
import { type Core, coreOf } from './internals.js';

/**
 * Keeps a hostile stream from stopping who models it. @xterm/headless 6.0.0 repeats as often as it is told to, two
 * thousand million times if asked, and throws when everything up to the last cell is erased.
 */
export function guard(terminal: Terminal): void {
  const core = coreOf(terminal);
  const { _parser: parser } = core._inputHandler;
  const most: Readonly<Record<string, () => number>> = {
    L: () => core.rows,
    M: () => core.rows,
    S: () => core.rows,
    T: () => core.rows,
    I: () => core.cols,
    Z: () => core.cols,
  };
  for (const [final, limit] of Object.entries(most))
    parser.registerCsiHandler({ final }, ({ params }) => {
      params[0] = Math.min(params[0] ?? 0, limit());
      return false;
    });
  // a screen full of repetitions, twice, and what leaves the cursor in the same column
  parser.registerCsiHandler({ final: 'b' }, ({ params }) => {
    const [count, full] = [params[0] ?? 0, 2 * core.rows * core.cols];
    if (count > full) params[0] = full + (count % core.cols);
    return false;
  });
  parser.registerCsiHandler({ final: 'J' }, ({ params }) => erasedToTheLast(core, params[0], false));
  parser.registerCsiHandler({ prefix: '?', final: 'J' }, ({ params }) =>
    erasedToTheLast(core, params[0], true),
  );
}

/** There is no line after the last one that would have to forget that it continues it: so the last one is erased alone. */
function erasedToTheLast(core: Core, kind: number | undefined, respectProtect: boolean): boolean {
  const buffer = core._bufferService.buffers.active;
  const { x, y } = buffer;
  if (kind !== 1 || y < core.rows - 1 || x < core.cols - 1) return false;
  const { _inputHandler: handler } = core;
  if (y > 0) {
    [buffer.x, buffer.y] = [core.cols - 1, y - 1];
    handler.eraseInDisplay({ params: [1] }, respectProtect);
    [buffer.x, buffer.y] = [x, y];
  }
  handler.eraseInLine({ params: [2] }, respectProtect);
  return true;
}
