import type { ToMonitor } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import type { Places } from './places.js';
import { type SearchParts, searchRecordings } from './search/search-recordings.js';
import type { ViewerLink } from './viewer-link.js';

/** Answers one search; a viewer who is slow slows his search. */
export async function serveSearch(
  link: ViewerLink,
  parts: SearchParts,
  places: Places,
  { permit, most }: Extract<ToMonitor, { type: 'search' }>,
): Promise<Outcome<null>> {
  const redeemed = await parts.vault.redeem(permit);
  if (!redeemed.ok) return redeemed;
  const leave = places.take(redeemed.value.viewer ?? '');
  if (leave === null)
    return failed(failure('VIEWERS_LIMIT', `${places.most} searches of yours are under way.`));
  try {
    return await searchRecordings(parts, redeemed.value, most, async (message) => {
      link.send(message);
      await link.taken();
      return !link.closed;
    });
  } finally {
    leave();
  }
}
