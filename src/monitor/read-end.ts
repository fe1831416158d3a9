import { oneLine } from '#/domain/failure.js';

type Marker = { readonly at: number; readonly label: string };

/** The markers in the payload of an end segment, in order of time; null: not such a payload. */
export function decodeEndMarkers(json: string): readonly Marker[] | null {
  try {
    const found = JSON.parse(json) as { readonly markers?: unknown };
    return Array.isArray(found.markers)
      ? found.markers
          .filter(isMarker)
          .map(({ at, label }) => ({ at, label: oneLine(label) }))
          .toSorted((a, b) => a.at - b.at)
      : null;
  } catch {
    return null;
  }
}

function isMarker(value: unknown): value is Marker {
  const { at, label } = (value ?? {}) as Partial<Record<keyof Marker, unknown>>;
  return typeof at === 'number' && at >= 0 && typeof label === 'string';
}
