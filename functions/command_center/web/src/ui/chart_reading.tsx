/** What a chart tells of one of its points. */
import type { ChartPoint } from "./chart_points.ts";
import { classes } from "./classes.ts";

const when = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});

/** In words, for those who do not see it. */
export const readingOf = (point: ChartPoint | undefined): string =>
  point
    ? [`${when.format(point.at)}: ${point.value.toFixed(3)}`, ...(point.behind ?? []).map(([name, amount]) => `${name} ${amount}`)].join(
        ", ",
      )
    : "Nothing was measured yet.";

interface ChartReadingProps {
  readonly point: ChartPoint | undefined;
  /** Where the point is drawn, and how wide the chart is. */
  readonly left: number;
  readonly top: number;
  readonly within: number;
}

/** Beside the point, on the side where there is more room. */
export const ChartReading = ({ point, left, top, within }: ChartReadingProps) =>
  point && (
    <div
      aria-hidden
      style={{ left, top: Math.max(0, top - 24) }}
      className={classes(
        "pointer-events-none absolute z-10 w-max max-w-[55%] rounded-md border border-line bg-raised px-3 py-2 text-12",
        left > within / 2 ? "-translate-x-[calc(100%+12px)]" : "translate-x-3",
      )}
    >
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="text-soft">{when.format(point.at)}</span>
        <span className="text-14 font-semibold tabular-nums">{point.value.toFixed(3)}</span>
      </p>
      {point.behind && (
        <dl className="mt-1 grid grid-cols-[1fr_auto] gap-x-4">
          {point.behind.map(([name, amount]) => (
            <div key={name} className="contents">
              <dt className="text-soft">{name}</dt>
              <dd className="text-right tabular-nums">{amount}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
