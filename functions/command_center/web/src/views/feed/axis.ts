/** The part of the time axis that is looked at, and the times that are written on it; pure. */
import type { Scale } from "./scale.ts";

/** The same scale, with only the time between `from` and `to` on screen: what is outside has places below 0 or above 1. */
export const zoomed = (scale: Scale, from: number, to: number): Scale => {
  const [left, right] = [scale.x(from), scale.x(to)];
  const width = Math.max(right - left, 1e-6);
  return {
    x: (time) => (scale.x(time) - left) / width,
    time: (place) => scale.time(left + place * width),
    segments: scale.segments.map((segment) => ({ ...segment, x: (segment.x - left) / width, width: segment.width / width })),
  };
};

export interface Tick {
  readonly x: number;
  readonly time: number;
  readonly label: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 30].map((each) => each * SECOND),
  [1, 2, 5, 10, 30].map((each) => each * MINUTE),
  [1, 2, 3, 6, 12].map((each) => each * HOUR),
  [1, 2, 7, 14, 28].map((each) => each * DAY),
);

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const fraction = new Intl.DateTimeFormat(undefined, { minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

const write = (time: number, step: number): string => {
  if (step >= DAY) return day.format(time);
  if (step >= MINUTE) return clock.format(time);
  return (step >= SECOND ? seconds : fraction).format(time);
};

/** The step from one written time to the next, so that about `count` of them fit into this stretch of time. */
export const stepOf = (length: number, count: number): number => STEPS.find((step) => length / step <= count) ?? 28 * DAY;

/** Where the middle of a label stands to its place: beside it at the ends of the axis, so that it is not cut off. */
export const leanOf = (x: number): -1 | 0 | 1 => (x < 0.06 ? 1 : x > 0.94 ? -1 : 0);

/** What a label covers, from left to right; `wide` is its share of the axis. */
const covers = (x: number, wide: number): readonly [left: number, right: number] => {
  const middle = Math.min(1, Math.max(0, x)) + (leanOf(x) * wide) / 2;
  return [middle - wide / 2, middle + wide / 2];
};

/** About `count` written times, in each stretch that is not folded; none covers another, and those of another day than the one before name the day. */
export const ticksOf = (scale: Scale, count = 6, wideOf: (label: string) => number = () => 0.9 / count): Tick[] => {
  const found: Tick[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const { x, width, folded } of scale.segments) {
    const [left, right] = [Math.max(0, x), Math.min(1, x + width)];
    if (folded || right <= left) continue;
    const [from, to] = [scale.time(left), scale.time(right)];
    const step = stepOf(to - from, Math.max(1, Math.round(count * (right - left))));
    const zone = new Date(from).getTimezoneOffset() * MINUTE;
    const first = Math.ceil((from - zone) / step) * step + zone;
    for (const time of [from, ...Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, at) => first + at * step)]) {
      const place = scale.x(time);
      const last = found.at(-1);
      const sameDay = last && new Date(last.time).toDateString() === new Date(time).toDateString();
      const label = sameDay || step >= DAY ? write(time, step) : `${day.format(time)} ${write(time, step)}`;
      const [begin, until] = covers(place, wideOf(label));
      if (begin < end) continue;
      end = until;
      found.push({ x: place, time, label });
    }
  }
  return found;
};

/** A window of time moved or scaled by keys: its ends as places of the whole axis, from 0 to 1. */
export type Window = readonly [left: number, right: number];

const LEAST = 0.01;

export const clampWindow = ([left, right]: Window): Window => {
  const width = Math.min(1, Math.max(LEAST, right - left));
  const from = Math.min(1 - width, Math.max(0, left));
  return [from, from + width];
};

export const moveWindow = ([left, right]: Window, share: number): Window => {
  const by = (right - left) * share;
  return clampWindow([left + by, right + by]);
};

export const scaleWindow = ([left, right]: Window, factor: number): Window => {
  const [middle, half] = [(left + right) / 2, ((right - left) * factor) / 2];
  return clampWindow([middle - half, middle + half]);
};

export const isWhole = ([left, right]: Window): boolean => left <= 0 && right >= 1;
