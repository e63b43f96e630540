import { ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";
import { classes } from "../../ui/classes.ts";
import { formatDuration, formatName } from "../../ui/formats.ts";
import { StateIcon, TONES, tokenOf } from "../../ui/state.tsx";
import type { Scale } from "./scale.ts";
import type { Row } from "./spans.ts";

interface BarProps {
  readonly row: Row;
  readonly scale: Scale;
  readonly now: number;
  readonly chosen: boolean;
  readonly open: boolean;
  readonly onChoose: () => void;
}

/** One row: what it is, and its bar on the axis; its name says state and duration too. */
export const Bar = memo(({ row, scale, now, chosen, open, onChoose }: BarProps) => {
  const [from, to] = [scale.x(row.start), scale.x(row.end ?? now)];
  const took = formatDuration(Math.max(0, (row.end ?? now) - row.start));
  const retried = row.retries > 0 ? `, ${row.retries} retried` : "";
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      data-row
      aria-expanded={row.kind === "group" ? open : chosen}
      onClick={onChoose}
      className={classes(
        "grid min-h-8 w-full grid-cols-[minmax(120px,240px)_1fr_64px] items-center gap-3 rounded-md px-2 text-left text-13 hover:bg-sunken",
        chosen && "bg-accent-wash",
      )}
    >
      <span className={classes("flex min-w-0 items-center gap-1.5", row.depth === 1 && "pl-5")}>
        {row.kind === "group" ? <Chevron aria-hidden size={14} /> : <StateIcon state={row.state} />}
        <span className={classes("truncate", row.kind === "stage" && "font-medium")}>{row.label}</span>
        <span className="sr-only">{`: ${formatName(row.state).toLowerCase()}${retried},`}</span>
      </span>
      <span className="relative h-3">
        <span
          style={{ left: `${from * 100}%`, width: `max(2px, ${(to - from) * 100}%)` }}
          className={classes(
            "absolute inset-y-0 rounded-sm",
            TONES[tokenOf(row.state).tone].fill,
            row.kind === "stage" ? "opacity-100" : "opacity-70",
          )}
        />
        {row.error && <span style={{ left: `${to * 100}%` }} className="absolute inset-y-0 -ml-1 w-1 bg-failed" />}
      </span>
      <span className="text-right text-12 text-soft tabular-nums">{took}</span>
    </button>
  );
});
