import { Box, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect, useMemo } from 'react';
import { Lines } from './components/lines.js';
import {
  PortalContext,
  type Portal as PortalTools,
  RoomContext,
  ServicesContext,
  ThemeContext,
  usePortal,
  useTheme,
} from './context.js';
import { footerLine, noticeLines } from './frame/footer.js';
import { atLeast, hasHeader, isTooSmall, roomOf, tooSmallText } from './frame/frame.js';
import { headerLines } from './frame/header.js';
import { briefCommands } from './keyboard.js';
import { useNow } from './loading.js';
import { isInside } from './portal-state.js';
import { here, type Route } from './route.js';
import { Screen } from './screens/screen.js';
import type { PortalServices } from './services.js';
import { useStore } from './store.js';
import type { StrokeQueue } from './stroke-queue.js';
import { pastedText, strokesOf } from './strokes.js';
import type { Theme } from './theme.js';
import { type Line, span } from './view.js';
import { useWaitingSessions } from './waiting-sessions.js';

export interface PortalProps {
  readonly portal: PortalTools;
  readonly services: PortalServices;
  readonly theme: Theme;
  readonly strokes: StrokeQueue;
  readonly prefilledUser: string;
}

/** The frame around the screen in sight. */
export function Portal({ portal, services, theme, strokes, prefilledUser }: PortalProps) {
  const state = useStore(portal.state);
  const size = useWindowSize();
  const route = here(state.stack);
  const notices = useMemo(
    () => noticeLines(state.notice, atLeast(size), theme.sign),
    [state.notice, size, theme],
  );
  const room = useMemo(() => roomOf(size, route, notices.length), [size, route, notices.length]);
  useInput((input, key) => strokes.add(strokesOf(input, key)));
  usePaste((pasted) => strokes.add([{ kind: 'text', text: pastedText(pasted) }]));
  useEffect(() => portal.keyboard.everywhere(everywhere(portal)), [portal]);
  useWaitingSessions(portal, services);
  const small = isTooSmall(size);
  return (
    <ServicesContext value={services}>
      <ThemeContext value={theme}>
        <PortalContext value={portal}>
          <RoomContext value={room}>
            {small ? <Lines lines={tooSmallText(size).map((line) => [span(line)])} /> : null}
            {/* kept while the window is too small, so that nothing is lost by a resize */}
            <Box
              display={small ? 'none' : 'flex'}
              flexDirection="column"
              width={size.columns}
              height={size.rows}
              overflow="hidden"
            >
              {hasHeader(route) ? <Header route={route} columns={room.columns} /> : null}
              <Box height={room.rows} flexShrink={0} overflow="hidden">
                <Screen route={route} state={state} prefilledUser={prefilledUser} />
              </Box>
              <Footer notices={notices} columns={room.columns} />
            </Box>
          </RoomContext>
        </PortalContext>
      </ThemeContext>
    </ServicesContext>
  );
}

function everywhere({ state, leave }: PortalTools) {
  return {
    'screen.next': () => state.dispatch({ type: 'tab', by: 1 }),
    'screen.previous': () => state.dispatch({ type: 'tab', by: -1 }),
    'screen.redraw': () => state.dispatch({ type: 'notice', notice: null }),
    'you.open': () => state.dispatch({ type: 'go', route: { screen: 'you' } }),
    'leave.ask': () => state.dispatch({ type: 'go', route: { screen: 'leave' } }),
    'leave.now': leave,
  } as const;
}

/** Often enough for a clock that shows minutes. */
const CLOCK = 10_000;

function Header({ route, columns }: { readonly route: Route; readonly columns: number }) {
  const portal = usePortal();
  const { sign } = useTheme();
  const now = useNow(portal.clock, CLOCK);
  const state = useStore(portal.state);
  const { configuration } = state;
  const inside = isInside(state) ? state.person : null;
  return (
    <Lines
      lines={headerLines({
        branding: configuration?.branding ?? 'Postern',
        person: inside,
        route,
        now,
        columns,
        sign,
      })}
    />
  );
}

function Footer({ notices, columns }: { readonly notices: readonly Line[]; readonly columns: number }) {
  const portal = usePortal();
  const { sign } = useTheme();
  const listening = useStore(portal.keyboard.listening);
  const commands = listening === null ? [] : briefCommands(listening);
  return <Lines lines={[...notices, footerLine(commands, columns, sign)]} />;
}
