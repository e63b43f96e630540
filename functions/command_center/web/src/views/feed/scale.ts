/** From time to place and back, with long idle stretches folded: missions wait for hours between bursts. Pure. */
export interface Span {
  readonly start: number;
  /** Null: it goes on. */
  readonly end: number | null;
}

interface Segment {
  readonly from: number;
  readonly to: number;
  readonly x: number;
  readonly width: number;
  readonly folded: boolean;
}

export interface Scale {
  readonly x: (time: number) => number;
  readonly time: (x: number) => number;
  readonly segments: readonly Segment[];
}

/** A stretch without anything that is longer than this share of the whole is folded. */
const IDLE = 0.1;
/** The share of the width that a folded stretch gets. */
const FOLD = 0.05;
/** The axis ends a little after now, so that an open bar has room to grow. */
const ROOM = 0.05;

/** When something was going on, without overlaps, in order. A span that seems to end before it began is a moment: clocks differ. */
const busy = (spans: readonly Span[], now: number): [number, number][] => {
  const sorted = spans.map(({ start, end }): [number, number] => [start, Math.max(start, end ?? now)]).sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [start, end] of sorted) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
};

const stretches = (merged: readonly [number, number][], whole: number, fold: boolean): { from: number; to: number; folded: boolean }[] => {
  const found: { from: number; to: number; folded: boolean }[] = [];
  for (const [start, end] of merged) {
    const last = found.at(-1);
    if (last && fold && start - last.to > whole * IDLE)
      found.push({ from: last.to, to: start, folded: true }, { from: start, to: end, folded: false });
    else if (last) last.to = end;
    else found.push({ from: start, to: end, folded: false });
  }
  return found;
};

/** Places go from 0 to 1. */
export const makeScale = (spans: readonly Span[], now: number, fold = true): Scale => {
  const merged = busy(spans, now);
  const [from, until] = [merged[0]?.[0] ?? now, merged.at(-1)?.[1] ?? now];
  const open = spans.some(({ end }) => end === null);
  const whole = Math.max(1, until - from);
  const parts = stretches(merged, whole, fold);
  const last = parts.at(-1);
  if (open && last) last.to += whole * ROOM;
  const folds = parts.filter(({ folded }) => folded).length;
  const shown = parts.reduce((sum, part) => sum + (part.folded ? 0 : part.to - part.from), 0);
  const rest = Math.max(0.2, 1 - folds * FOLD);
  let x = 0;
  const segments = parts.map((part): Segment => {
    const width = part.folded ? (1 - rest) / folds : shown > 0 ? (rest * (part.to - part.from)) / shown : rest / (parts.length - folds);
    const segment = { ...part, x, width };
    x += width;
    return segment;
  });
  return { x: (time) => placeOf(segments, time), time: (place) => timeOf(segments, place), segments };
};

/** The last segment that begins at or before it, by halving. */
const find = (segments: readonly Segment[], begins: (segment: Segment) => boolean): Segment | undefined => {
  let [low, high] = [0, segments.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const segment = segments[middle];
    if (segment && begins(segment)) low = middle;
    else high = middle - 1;
  }
  return segments[low];
};

const within = (share: number): number => Math.min(1, Math.max(0, share));

const placeOf = (segments: readonly Segment[], time: number): number => {
  const segment = find(segments, ({ from }) => from <= time);
  if (!segment) return 0;
  const length = segment.to - segment.from;
  return segment.x + segment.width * (length > 0 ? within((time - segment.from) / length) : 0);
};

const timeOf = (segments: readonly Segment[], place: number): number => {
  const segment = find(segments, ({ x }) => x <= place);
  if (!segment) return 0;
  return segment.from + (segment.to - segment.from) * (segment.width > 0 ? within((place - segment.x) / segment.width) : 0);
};
