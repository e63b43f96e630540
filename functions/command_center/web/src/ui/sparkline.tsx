/** A small chart without axes, beside a number: zero-based, gaps where nothing is known, and a text for those who do not see it. */
import { classes } from "./classes.ts";
import { linePaths } from "./line_paths.ts";
import { TONES, type Tone } from "./state.tsx";

interface SparklineProps {
  /** In order of time; null: not known. */
  readonly values: readonly (number | null)[];
  /** What it shows and how it went, in words. */
  readonly label: string;
  readonly tone?: Tone;
  /** The upper end of the scale; without it, the largest value. */
  readonly top?: number;
  readonly bars?: boolean;
}

const [WIDTH, HEIGHT] = [120, 28];

export const Sparkline = ({ values, label, tone, top, bars }: SparklineProps) => {
  const most = Math.max(top ?? 0, ...values.map((value) => value ?? 0)) || 1;
  const step = WIDTH / Math.max(1, values.length);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={classes("h-7 w-full", tone ? TONES[tone].ink : "text-accent")}
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-line" vectorEffect="non-scaling-stroke" />
      {bars
        ? values.map((value, index) =>
            value ? (
              <rect
                // biome-ignore lint/suspicious/noArrayIndexKey: a bar is known by its place in time
                key={index}
                x={index * step + 0.5}
                width={Math.max(0.5, step - 1)}
                y={HEIGHT - Math.max(1, (value / most) * (HEIGHT - 1))}
                height={Math.max(1, (value / most) * (HEIGHT - 1))}
                className="fill-current"
              />
            ) : null,
          )
        : linePaths(values, most, WIDTH, HEIGHT).map((path) => (
            <path
              key={path}
              d={path}
              fill="none"
              stroke="currentColor"
              strokeWidth="1.5"
              strokeLinejoin="round"
              strokeLinecap="round"
              vectorEffect="non-scaling-stroke"
            />
          ))}
    </svg>
  );
};
