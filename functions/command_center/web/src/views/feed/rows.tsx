/** Rows of the timeline: only those on screen are drawn, and what belongs to the chosen one stands below it. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from "react";
import { useScrollMargin } from "../../ui/use_scroll_margin.ts";
import { Bar } from "./bar.tsx";
import type { Scale } from "./scale.ts";
import type { Row } from "./spans.ts";

interface RowsProps {
  readonly rows: readonly Row[];
  readonly scale: Scale;
  readonly now: number;
  readonly span: string | undefined;
  readonly open: ReadonlySet<string>;
  readonly onChoose: (row: Row) => void;
  /** A row that the arrow keys reach while another is open. */
  readonly onReach: (row: Row) => void;
  readonly detail: (row: Row) => ReactNode;
}

const ROW = 32;
const OVERSCAN = 12;

/** Up and down go from row to row, right and left open and close a group, as in a tree. */
const walk = ({ rows, open, onChoose, onReach }: RowsProps, event: KeyboardEvent<HTMLElement>): void => {
  const here = document.activeElement?.getAttribute("data-row");
  const row = rows.find(({ id }) => id === here);
  if (!row) return;
  const turns = event.key === "ArrowRight" ? !open.has(row.id) : event.key === "ArrowLeft" && open.has(row.id);
  if (row.kind === "group" && turns) {
    event.preventDefault();
    onChoose(row);
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const next = step && rows[rows.indexOf(row) + step];
  if (!next) return;
  event.preventDefault();
  event.currentTarget.querySelector<HTMLButtonElement>(`[data-row="${CSS.escape(next.id)}"]`)?.focus();
  onReach(next);
};

export const Rows = (props: RowsProps) => {
  const { rows, scale, now, span, open, detail } = props;
  const latest = useRef(props);
  latest.current = props;
  const choose = useCallback((row: Row) => latest.current.onChoose(row), []);
  const list = useRef<HTMLUListElement>(null);
  const linked = useRef(span);
  const margin = useScrollMargin(list);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
    scrollMargin: margin,
  });
  // A link leads to its row, once that is here.
  const target = linked.current ? rows.findIndex(({ id }) => id === linked.current) : -1;
  useEffect(() => {
    if (target < 0 || !linked.current) return;
    linked.current = undefined;
    if (target > OVERSCAN) virtual.scrollToIndex(target, { align: "center" });
  }, [target, virtual]);
  return (
    <ul
      ref={list}
      aria-label="Stages, tasks and events"
      onKeyDown={(event) => walk(props, event)}
      style={{ height: virtual.getTotalSize() }}
      className="relative mb-2"
    >
      {virtual.getVirtualItems().map(({ index, start, key }) => {
        const row = rows[index];
        if (!row) return null;
        return (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            aria-setsize={rows.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - margin}px)` }}
            className="absolute inset-x-0 top-0"
          >
            <Bar
              row={row}
              scale={scale}
              now={row.end === null ? now : 0}
              chosen={row.id === span}
              open={open.has(row.id)}
              onChoose={choose}
            />
            {row.id === span && detail(row)}
          </li>
        );
      })}
    </ul>
  );
};
