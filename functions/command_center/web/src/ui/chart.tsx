/**
 * A line over time with a labelled threshold, gaps where nothing was measured, and the values as text for those who do not see it. Each point
 * tells its time, value and what lies behind it, to a pointer and to keys.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type ChartPoint, placeAfter, placeAt } from "./chart_points.ts";
import { ChartReading, readingOf } from "./chart_reading.tsx";
import { withGaps } from "./gaps.ts";
import { Skeleton } from "./states.tsx";
import { useDark } from "./use_dark.ts";

interface ChartProps {
  readonly label: string;
  /** In order of time. */
  readonly points: readonly ChartPoint[];
  readonly low: number;
  readonly high: number;
  readonly threshold: { readonly value: number; readonly label: string };
  /** Milliseconds between two points from which on nothing is drawn. */
  readonly gap: number;
}

const HEIGHT = 220;

const colour = (element: Element, name: string): string => {
  const probe = document.createElement("span");
  probe.style.color = `var(--color-${name})`;
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
};

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = 86_400;

/** The times below the axis as people read them: days, or the clock where they are closer, and the day where it begins. */
const timesOf = (_: uPlot, seconds: number[], _axis: number, _space: number, apart: number): string[] =>
  seconds.map((second) => {
    const time = new Date(second * 1_000);
    return (apart < DAY && time.getHours() + time.getMinutes() > 0 ? clock : day).format(time);
  });

type OnCursor = (plot: uPlot) => void;

const optionsOf = (element: HTMLElement, { points, low, high, threshold }: ChartProps, onCursor: OnCursor): uPlot.Options => {
  const [ink, line, faint, failed, ground] = [
    colour(element, "accent"),
    colour(element, "line"),
    colour(element, "soft"),
    colour(element, "failed"),
    colour(element, "panel"),
  ];
  const fonts = getComputedStyle(element).fontFamily;
  const axis = { stroke: faint, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: `12px ${fonts}` };
  const drawThreshold = (plot: uPlot): void => {
    const y = Math.round(plot.valToPos(threshold.value, "y", true));
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = failed;
    ctx.fillStyle = failed;
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.font = `${12 * devicePixelRatio}px ${fonts}`;
    ctx.textAlign = "right";
    const words = `${threshold.label} ${threshold.value}`;
    const [right, height] = [bbox.left + bbox.width - 4, 16 * devicePixelRatio];
    const top = (points.at(-1)?.value ?? 1) < threshold.value ? y - height - 4 : y + 4;
    // Where the line is not, and on a ground of its own, so that what lies behind does not strike it through.
    ctx.fillStyle = ground;
    ctx.fillRect(right - ctx.measureText(words).width - 4, top, ctx.measureText(words).width + 8, height);
    ctx.fillStyle = failed;
    ctx.fillText(words, right, top + height - 4 * devicePixelRatio);
    ctx.restore();
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    scales: { y: { range: [low, high] } },
    axes: [
      { ...axis, values: timesOf },
      { ...axis, size: 44 },
    ],
    series: [{}, { stroke: ink, width: 1.5, points: { size: 4 } }],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: { draw: [drawThreshold], setCursor: [onCursor] },
  };
};

const summary = (points: ChartProps["points"]): string => {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "Nothing was measured yet.";
  const values = points.map(({ value }) => value);
  return `From ${first.value.toFixed(2)} to ${last.value.toFixed(2)}; lowest ${Math.min(...values).toFixed(2)}, highest ${Math.max(...values).toFixed(2)}.`;
};

const SPOKEN = 24;

const Values = ({ label, points }: Pick<ChartProps, "label" | "points">) => (
  <div className="sr-only">
    <table>
      <caption>
        {label}, the last {SPOKEN} values at most
      </caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {points.slice(-SPOKEN).map(({ at, value }) => (
          <tr key={at}>
            <td>{new Date(at).toLocaleString()}</td>
            <td>{value.toFixed(3)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** A point that is told of, and where it is drawn. */
interface Told {
  readonly place: number;
  readonly left: number;
  readonly top: number;
}

const toldAt = (plot: uPlot, points: readonly ChartPoint[]): Told | null => {
  const place = placeAt(points, plot.data[0][plot.cursor.idx ?? -1]);
  const point = place === null ? undefined : points[place];
  if (place === null || !point) return null;
  return {
    place,
    left: plot.over.offsetLeft + plot.valToPos(point.at / 1_000, "x"),
    top: plot.over.offsetTop + plot.valToPos(point.value, "y"),
  };
};

const leadTo = (plot: uPlot | null, point: ChartPoint | undefined): void =>
  plot?.setCursor(point ? { left: plot.valToPos(point.at / 1_000, "x"), top: plot.valToPos(point.value, "y") } : { left: -10, top: -10 });

/** The chart drawn into its place, anew when its points or the colours change; and the point that is told of. */
const usePlot = (props: ChartProps) => {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const dark = useDark();
  const [drawn, setDrawn] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme means other colours
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const options = optionsOf(element, props, (own) => setTold(toldAt(own, props.points)));
    const own = new uPlot(options, withGaps(props.points, props.gap), element);
    plot.current = own;
    const watching = new ResizeObserver(() => own.setSize({ width: element.clientWidth, height: HEIGHT }));
    watching.observe(element);
    setDrawn(true);
    return () => {
      watching.disconnect();
      own.destroy();
      plot.current = null;
      setTold(null);
    };
  }, [props.points, dark]);
  return { place, drawn, told, lead: (point: ChartPoint | undefined) => leadTo(plot.current, point) };
};

export const Chart = (props: ChartProps) => {
  const { label, points } = props;
  const { place, drawn, told, lead } = usePlot(props);
  const at = told?.place ?? points.length - 1;
  const turn = (event: KeyboardEvent): void => {
    const next = placeAfter(event.key, told?.place ?? null, points.length);
    if (next === undefined) return;
    event.preventDefault();
    lead(next === null ? undefined : points[next]);
  };
  return (
    <figure className="relative min-w-0">
      {!drawn && <Skeleton className="h-55" />}
      <div
        role="slider"
        tabIndex={0}
        aria-label={`${label}, by the arrow keys`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, points.length - 1)}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={readingOf(points[at])}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && lead(points.at(-1))}
        onBlur={() => lead(undefined)}
        onKeyDown={turn}
        className="rounded-sm -outline-offset-1"
      >
        <div ref={place} aria-hidden className="min-w-0" />
      </div>
      {told && <ChartReading point={points[told.place]} left={told.left} top={told.top} within={place.current?.clientWidth ?? 0} />}
      <Values label={label} points={points} />
      <figcaption className="text-12 text-soft">
        <span className="sr-only">{label}. </span>
        {summary(points)}
      </figcaption>
    </figure>
  );
};
