import { useLayoutEffect, useRef, useState } from "react";
import { formatDuration } from "../../ui/formats.ts";
import { inFull } from "../../ui/time.tsx";
import { leanOf, ticksOf } from "./axis.ts";
import { COLUMNS } from "./bar.tsx";
import type { Scale } from "./scale.ts";

const LEANS = { [-1]: "-translate-x-full", 0: "-translate-x-1/2", 1: "" };

/** Pixels of a figure of a label, of its ends, and of the stretch that one label shall have. */
const [FIGURE, ENDS, STRETCH] = [7, 12, 110];

/** How many pixels the axis is wide. */
const useWidth = () => {
  const place = useRef<HTMLSpanElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const own = place.current;
    if (!own) return;
    const watching = new ResizeObserver(() => setWidth(own.clientWidth));
    setWidth(own.clientWidth);
    watching.observe(own);
    return () => watching.disconnect();
  }, []);
  return { place, width };
};

/** The times below which the bars stand, and how long the waits are that are folded. */
export const AxisRow = ({ scale }: { readonly scale: Scale }) => {
  const { place, width } = useWidth();
  const count = Math.min(6, Math.max(1, Math.floor(width / STRETCH)));
  const ticks = width > 0 ? ticksOf(scale, count, (label) => (label.length * FIGURE + ENDS) / width) : [];
  return (
    <div aria-hidden className={COLUMNS}>
      <span />
      <span ref={place} className="relative h-5 overflow-hidden border-b border-line text-12 text-faint">
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
            title={inFull(time)}
            style={{ left: `${Math.min(1, Math.max(0, x)) * 100}%` }}
            className={`absolute top-0 bg-panel px-1 whitespace-nowrap tabular-nums ${LEANS[leanOf(x)]}`}
          >
            {label}
          </time>
        ))}
      </span>
      <span />
    </div>
  );
};
