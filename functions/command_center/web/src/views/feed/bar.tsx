import { ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";
import { classes } from "../../ui/classes.ts";
import { formatDuration, formatName, plural } from "../../ui/formats.ts";
import { StateIcon, TONES, tokenOf } from "../../ui/state.tsx";
import type { Scale } from "./scale.ts";
import { type Row, thin } from "./spans.ts";

interface BarProps {
  readonly row: Row;
  readonly scale: Scale;
  /** What an open bar reaches to; closed ones need not know it. */
  readonly now: number;
  readonly chosen: boolean;
  readonly open: boolean;
  readonly onChoose: (row: Row) => void;
}

/** What the name, the axis and the duration stand in, in every row. */
export const COLUMNS =
  "grid grid-cols-[minmax(0,7fr)_minmax(0,5fr)_56px] items-center gap-2 px-2 sm:grid-cols-[240px_minmax(0,1fr)_64px] sm:gap-3";

const Piece = ({ from, to, className }: { readonly from: number; readonly to: number; readonly className: string }) => {
  const [left, right] = [Math.max(0, from), Math.min(1, to)];
  if (to < 0 || from > 1) return null;
  return (
    <span style={{ left: `${left * 100}%`, width: `max(2px, ${(right - left) * 100}%)` }} className={classes("absolute", className)} />
  );
};

const Fail = ({ at }: { readonly at: number }) =>
  at >= 0 && at <= 1 && <span style={{ left: `${at * 100}%` }} className="absolute inset-y-0 -ml-1 w-1 bg-failed" />;

/** Waiting is a thin line, each try a bar, and an error stands at the end of its bar. */
const Shape = ({ row, scale, now }: Pick<BarProps, "row" | "scale" | "now">) => {
  const fill = TONES[tokenOf(row.state).tone].fill;
  const [from, to] = [scale.x(row.start), scale.x(row.end ?? now)];
  if (row.moments)
    return thin(row.moments.map(scale.x)).map((x) => <Piece key={x} from={x} to={x} className={classes("inset-y-0 opacity-80", fill)} />);
  if (row.attempts)
    return (
      <>
        <Piece from={from} to={to} className="top-1/2 h-px bg-edge" />
        {row.attempts.map((attempt) => {
          const end = scale.x(attempt.end ?? now);
          const tone = attempt.error ? TONES.failed.fill : fill;
          return (
            <span key={attempt.start}>
              <Piece from={scale.x(attempt.start)} to={end} className={classes("inset-y-0 rounded-sm opacity-70", tone)} />
              {attempt.error && <Fail at={end} />}
            </span>
          );
        })}
      </>
    );
  return (
    <>
      <Piece from={from} to={to} className={classes("inset-y-0 rounded-sm", fill, row.kind === "stage" ? "opacity-100" : "opacity-70")} />
      {row.error && <Fail at={to} />}
    </>
  );
};

/** One row: what it is, and its bar on the axis; its name says state and duration too. */
export const Bar = memo(({ row, scale, now, chosen, open, onChoose }: BarProps) => {
  const took = row.kind === "events" ? "" : formatDuration(Math.max(0, (row.end ?? now) - row.start));
  const tries = row.attempts ? `, ${plural(row.attempts.length, "try", "tries")}` : row.retries > 0 ? `, ${row.retries} retried` : "";
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      data-row={row.id}
      aria-expanded={row.kind === "group" ? open : chosen}
      onClick={() => onChoose(row)}
      className={classes(COLUMNS, "min-h-8 w-full rounded-md text-left text-13 hover:bg-sunken", chosen && "bg-accent-wash")}
    >
      <span className={classes("flex min-w-0 items-center gap-1.5", row.depth === 1 && "pl-5")}>
        {row.kind === "group" ? <Chevron aria-hidden size={14} /> : <StateIcon state={row.state} />}
        <span className={classes("truncate max-sm:text-12", row.kind === "stage" && "font-medium")}>{row.label}</span>
        <span className="sr-only">{`: ${formatName(row.state).toLowerCase()}${tries}${took && ","}`}</span>
      </span>
      <span className="relative h-3">
        <Shape row={row} scale={scale} now={now} />
      </span>
      <span className="text-right text-12 whitespace-nowrap text-soft tabular-nums">{took}</span>
    </button>
  );
});
