/** A line over time with a labelled threshold, gaps where nothing was measured, and the values as text for those who do not see it. */
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../theme/theme.ts";
import { withGaps } from "./gaps.ts";
import { Skeleton } from "./states.tsx";

interface ChartProps {
  readonly label: string;
  /** Milliseconds and values, in order of time. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
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

const optionsOf = (element: HTMLElement, { label, low, high, threshold }: ChartProps): uPlot.Options => {
  const [ink, line, faint, failed] = [
    colour(element, "accent"),
    colour(element, "line"),
    colour(element, "soft"),
    colour(element, "failed"),
  ];
  const axis = { stroke: faint, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui" };
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
    ctx.font = `${12 * devicePixelRatio}px system-ui`;
    ctx.textAlign = "right";
    ctx.fillText(`${threshold.label} ${threshold.value}`, bbox.left + bbox.width - 4, y - 6 * devicePixelRatio);
    ctx.restore();
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    scales: { y: { range: [low, high] } },
    axes: [axis, { ...axis, size: 44 }],
    series: [
      { label: "Time" },
      { label, stroke: ink, width: 1.5, points: { size: 4 }, value: (_, value) => (value === null ? "–" : value.toFixed(3)) },
    ],
    hooks: { draw: [drawThreshold] },
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

export const Chart = (props: ChartProps) => {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [drawn, setDrawn] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme means other colours
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const plot = new uPlot(optionsOf(element, props), withGaps(props.points, props.gap), element);
    const watching = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    watching.observe(element);
    setDrawn(true);
    return () => {
      watching.disconnect();
      plot.destroy();
    };
  }, [props.points, theme]);
  return (
    <figure className="relative min-w-0">
      {!drawn && <Skeleton className="h-55" />}
      <div ref={place} aria-hidden className="min-w-0" />
      <Values label={props.label} points={props.points} />
      <figcaption className="text-12 text-soft">
        <span className="sr-only">{props.label}. </span>
        {summary(props.points)}
      </figcaption>
    </figure>
  );
};
