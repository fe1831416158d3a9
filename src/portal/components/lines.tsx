import { Box, Text } from 'ink';
import { memo } from 'react';
import { useTheme } from '../context.js';
import type { Theme } from '../theme.js';
import { type Line, type Span, sameLine } from '../view.js';

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

interface RowProps {
  readonly line: Line;
  readonly theme: Theme;
}

/** Most rows are as they were when a key is pressed: those cost nothing. */
const Row = memo(
  ({ line, theme }: RowProps) => (
    <Box height={1} flexShrink={0}>
      <Text wrap="truncate-end">
        {line.length === 0 ? ' ' : line.map((span, place) => <Part key={place} span={span} theme={theme} />)}
      </Text>
    </Box>
  ),
  (before, after) => before.theme === after.theme && sameLine(before.line, after.line),
);

function Part({ span, theme }: { readonly span: Span; readonly theme: Theme }) {
  if (span.picture === undefined && (span.look === undefined || span.look === 'plain')) return span.text;
  return <Text {...(span.picture ?? theme.look(span.look ?? 'plain'))}>{span.text}</Text>;
}
