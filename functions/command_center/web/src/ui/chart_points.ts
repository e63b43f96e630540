/** The points of a chart one by one, as a pointer or keys find them; pure. */
export interface ChartPoint {
  /** In milliseconds. */
  readonly at: number;
  readonly value: number;
  /** What lies behind the value, by name. */
  readonly behind?: readonly (readonly [name: string, amount: string])[];
}

const FAR = 24;

/** The place of the point drawn at this second; null: none is, as in a gap. */
export const placeAt = (points: readonly ChartPoint[], second: number | undefined): number | null => {
  if (second === undefined) return null;
  const found = points.findIndex(({ at }) => Math.abs(at - second * 1_000) < 1);
  return found < 0 ? null : found;
};

/** Where a key leads from a place; null: to none, which hides what is told; undefined: it is no key of the chart's. */
export const placeAfter = (key: string, place: number | null, many: number): number | null | undefined => {
  const last = many - 1;
  const from = place ?? last;
  if (key === "Escape") return null;
  if (key === "Home") return 0;
  if (key === "End") return last;
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -FAR, PageUp: FAR }[key];
  return steps === undefined ? undefined : Math.min(last, Math.max(0, from + steps));
};
