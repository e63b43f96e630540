/** All of the time axis, on which one draws the part to look at; by keys: left and right move it, up and down make it smaller and larger. */
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { clampWindow, isWhole, moveWindow, scaleWindow, type Window } from "./axis.ts";
import { COLUMNS } from "./bar.tsx";
import type { Scale } from "./scale.ts";
import { type Row, thin } from "./spans.ts";

interface BrushProps {
  readonly rows: readonly Row[];
  readonly scale: Scale;
  readonly part: Window;
  /** `calm`: more of it may follow at once. */
  readonly onChange: (part: Window, calm: boolean) => void;
}

const WHOLE: Window = [0, 1];
const LEAST = 0.01;

const time = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

const byKey = (key: string, part: Window): Window | null => {
  if (key === "ArrowLeft") return moveWindow(part, -0.25);
  if (key === "ArrowRight") return moveWindow(part, 0.25);
  if (key === "ArrowUp" || key === "+") return scaleWindow(part, 0.5);
  if (key === "ArrowDown" || key === "-") return scaleWindow(part, 2);
  return key === "Home" || key === "Escape" ? WHOLE : null;
};

const placeOf = (event: PointerEvent<HTMLElement>): number => {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)));
};

/** Drawing with a pointer: what is drawn so far, and what to listen to. */
const useDrawing = (onChange: BrushProps["onChange"]) => {
  const [drawn, setDrawn] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const part: Window | null = drawn && [Math.min(drawn.from, drawn.to), Math.max(drawn.from, drawn.to)];
  return {
    part,
    listeners: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrawn({ from: placeOf(event), to: placeOf(event) });
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => drawn && setDrawn({ from: drawn.from, to: placeOf(event) }),
      onPointerUp: () => {
        setDrawn(null);
        if (part && part[1] - part[0] >= LEAST) onChange(clampWindow(part), false);
      },
      onPointerCancel: () => setDrawn(null),
    },
  };
};

export const Brush = ({ rows, scale, part, onChange }: BrushProps) => {
  const { part: drawn, listeners } = useDrawing(onChange);
  const [left, right] = drawn ?? part;
  const whole = isWhole(part);
  const keys = (event: KeyboardEvent<HTMLElement>): void => {
    const next = byKey(event.key, part);
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(next, true);
  };
  return (
    <div className={COLUMNS}>
      <span className="text-12 text-faint">{whole ? "Draw to look closer" : "Looking at a part"}</span>
      <div
        role="slider"
        tabIndex={0}
        aria-label="Part of the time that is shown"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(((left + right) / 2) * 100)}
        aria-valuetext={whole ? "all of it" : `${time.format(scale.time(left))} to ${time.format(scale.time(right))}`}
        onKeyDown={keys}
        {...listeners}
        className="relative h-6 cursor-crosshair touch-pan-y overflow-hidden rounded-sm bg-sunken"
      >
        {thin(rows.filter(({ kind }) => kind !== "stage").flatMap((row) => [...(row.moments ?? [row.start])].map(scale.x))).map((x) => (
          <span key={x} style={{ left: `${x * 100}%` }} className="absolute inset-y-1.5 w-px bg-edge" />
        ))}
        <span
          style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }}
          className={classes("absolute inset-y-0 rounded-sm border", whole && !drawn ? "border-transparent" : "border-accent bg-accent/15")}
        />
      </div>
      <span className="text-right">
        {!whole && (
          <Button small look="quiet" aria-label="Show all of the time" onClick={() => onChange(WHOLE, false)}>
            All
          </Button>
        )}
      </span>
    </div>
  );
};
