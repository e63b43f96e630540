/** How much of something is used, as a bar and in numbers. */
import type { ReactNode } from "react";
import { classes } from "./classes.ts";
import { formatCount } from "./formats.ts";

interface MeterProps {
  readonly label: ReactNode;
  readonly used: number;
  readonly of: number;
  readonly unit: string;
  readonly note?: ReactNode;
  readonly format?: (amount: number) => string;
}

const NEARLY = 0.9;

export const Meter = ({ label, used, of, unit, note, format = formatCount }: MeterProps) => {
  const share = of > 0 ? Math.min(1, used / of) : 0;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 text-13">
        <span className="min-w-0 truncate">{label}</span>
        <span className="text-12 whitespace-nowrap text-soft">
          {format(used)} of {format(of)} {unit}
          {note && <> · {note}</>}
        </span>
      </p>
      <div className="h-1.5 overflow-hidden rounded-sm bg-sunken">
        <div style={{ width: `${share * 100}%` }} className={classes("h-full", share >= NEARLY ? "bg-escalated" : "bg-active")} />
      </div>
    </div>
  );
};
