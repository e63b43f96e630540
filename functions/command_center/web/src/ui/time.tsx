/** Times as people read them: here and now, with the day and the zone on hover. */
import { useSyncExternalStore } from "react";
import { formatDuration } from "./formats.ts";
import { once } from "./once.ts";

const full = once(() => new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }));
const clock = once(() => new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }));
const day = once(() => new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }));
const year = once(() => new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" }));

/** With the day and the zone. */
export const inFull = (time: number | Date): string => full().format(time);

const tickers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let present = Date.now();

const tick = (): void => {
  present = Date.now();
  for (const tell of tickers) tell();
};

/** One clock for all ages on the page; it stops when nobody looks at it. */
const subscribe = (tell: () => void): (() => void) => {
  tickers.add(tell);
  timer ??= setInterval(tick, 1_000);
  return () => {
    tickers.delete(tell);
    if (tickers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** Milliseconds, new each second; `enough` rounds it down, so that what shows minutes is drawn once a minute. */
export const useNow = (enough = 1_000): number =>
  useSyncExternalStore(subscribe, () => Math.floor(Math.max(present, Date.now() - 1_000) / enough) * enough);

const oneUnit = (milliseconds: number): string => {
  const text = formatDuration(milliseconds).split(" ");
  return `${text[0]} ${text[1]}`;
};

/** A date that has no time, as it is written here. */
export const Day = ({ on }: { readonly on: string }) => (
  <time dateTime={on} className="whitespace-nowrap">
    {year().format(new Date(`${on}T12:00:00`))}
  </time>
);

/** How long ago, in its largest unit. */
export const Ago = ({ at }: { readonly at: string }) => {
  const time = Date.parse(at);
  const age = useNow() - time;
  const text = age < 1_000 ? (age > -60_000 ? "now" : `in ${oneUnit(-age)}`) : `${oneUnit(age)} ago`;
  return (
    <time dateTime={at} title={inFull(time)} className="whitespace-nowrap">
      {text}
    </time>
  );
};

/** How long it has lasted, in its largest unit. */
export const Lasting = ({ since }: { readonly since: string }) => {
  const time = Date.parse(since);
  return (
    <time dateTime={since} title={`Since ${full().format(time)}`} className="whitespace-nowrap">
      {oneUnit(Math.max(1_000, useNow() - time))}
    </time>
  );
};

/** When: the clock today, else the day too, else the year. */
export const Time = ({ at }: { readonly at: string }) => {
  const then = new Date(at);
  const now = new Date();
  const make = then.toDateString() === now.toDateString() ? clock : then.getFullYear() === now.getFullYear() ? day : year;
  return (
    <time dateTime={at} title={inFull(then)} className="whitespace-nowrap">
      {make().format(then)}
    </time>
  );
};

/** When, as the first of each row of a list: so wide that what comes after it stands in line. */
export const When = ({ at }: { readonly at: string }) => (
  <span className="shrink-0 text-soft sm:w-28">
    <Time at={at} />
  </span>
);

/** How long until then, ticking; what has passed is "now". */
export const Until = ({ at }: { readonly at: string }) => {
  const left = Date.parse(at) - useNow();
  return (
    <time dateTime={at} title={inFull(Date.parse(at))} className="whitespace-nowrap">
      {left > 0 ? `resets in ${formatDuration(left)}` : "resets now"}
    </time>
  );
};
