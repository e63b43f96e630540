import { formatDuration } from "../../ui/formats.ts";
import { ticksOf } from "./axis.ts";
import { COLUMNS } from "./bar.tsx";
import type { Scale } from "./scale.ts";

const NARROW = "(width < 640px)";

const placed = (x: number): string => (x < 0.06 ? "" : x > 0.94 ? "-translate-x-full" : "-translate-x-1/2");

/** The times below which the bars stand, and how long the waits are that are folded. */
export const AxisRow = ({ scale }: { readonly scale: Scale }) => {
  const ticks = ticksOf(scale, matchMedia(NARROW).matches ? 1 : 6);
  return (
    <div aria-hidden className={COLUMNS}>
      <span />
      <span className="relative h-5 overflow-hidden border-b border-line text-12 text-faint">
        {scale.segments
          .filter(({ folded, x, width }) => folded && x >= 0 && x + width <= 1)
          .map((fold) => (
            <span
              key={fold.from}
              title={`${formatDuration(fold.to - fold.from)} without anything`}
              style={{ left: `${fold.x * 100}%`, width: `${fold.width * 100}%` }}
              className="hatched absolute inset-y-1 rounded-sm"
            />
          ))}
        {ticks.map(({ x, time, label }) => (
          <time
            key={time}
            dateTime={new Date(time).toISOString()}
            style={{ left: `${Math.min(1, Math.max(0, x)) * 100}%` }}
            className={`absolute top-0 bg-panel px-1 whitespace-nowrap tabular-nums ${placed(x)}`}
          >
            {label}
          </time>
        ))}
      </span>
      <span />
    </div>
  );
};
