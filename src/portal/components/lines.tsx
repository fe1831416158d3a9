import { Box, Text } from 'ink';
import { useTheme } from '../context.js';
import type { Theme } from '../theme.js';
import type { Line, Span } from '../view.js';

/** Draws lines, each on a row of its own, never wrapped. */
export function Lines({ lines }: { readonly lines: readonly Line[] }) {
  const theme = useTheme();
  return (
    <Box flexDirection="column" flexShrink={0}>
      {lines.map((line, row) => (
        <Row key={row} line={line} theme={theme} />
      ))}
    </Box>
  );
}

function Row({ line, theme }: { readonly line: Line; readonly theme: Theme }) {
  return (
    <Box height={1} flexShrink={0}>
      <Text wrap="truncate-end">
        {line.length === 0 ? ' ' : line.map((span, place) => <Part key={place} span={span} theme={theme} />)}
      </Text>
    </Box>
  );
}

function Part({ span, theme }: { readonly span: Span; readonly theme: Theme }) {
  if (span.picture === undefined && (span.look === undefined || span.look === 'plain')) return span.text;
  return <Text {...(span.picture ?? theme.look(span.look ?? 'plain'))}>{span.text}</Text>;
}
