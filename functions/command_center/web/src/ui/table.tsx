/**
 * A plain table of as many rows as there are: only those on screen are drawn. Rows are told apart by their ids, so that a row being read stays
 * the same while others change around it; what a cell shows is up to its column.
 */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useLayoutEffect, useRef } from "react";
import { classes } from "./classes.ts";
import { useScrollMargin } from "./use_scroll_margin.ts";

type From = "sm" | "lg" | "xl";

export interface Column<Row> {
  readonly id: string;
  readonly head: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** A length of CSS grid, as "120px" or "minmax(160px, 2fr)". */
  readonly width: string;
  readonly align?: "right";
  /** Shown from that width of the screen on. */
  readonly from?: From;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  /** How many rows there are in all, where that is more than were read. */
  readonly total?: number;
  /** Called when rows near the end come on screen. */
  readonly onEnd?: () => void;
  readonly rowClassName?: (row: Row) => string | undefined;
}

const ROW = 36;
const TOUCH_ROW = 44;
const OVERSCAN = 10;
const FROM: Record<From, string> = { sm: "max-sm:hidden", lg: "max-lg:hidden", xl: "max-xl:hidden" };

const rowHeight = (): number => (matchMedia("(pointer: coarse)").matches ? TOUCH_ROW : ROW);
const cellClasses = (column: Column<never>): string =>
  classes("flex min-w-0 items-center", column.align === "right" && "justify-end text-right", column.from && FROM[column.from]);

/** The widths of the columns at each width of the screen, as custom properties that the rows' grid reads. */
const gridOf = (columns: readonly Column<never>[], shown: readonly (From | undefined)[]): string =>
  columns
    .filter((column) => shown.includes(column.from))
    .map((column) => column.width)
    .join(" ");

interface RowProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly className: string | undefined;
}

const TableRow = memo(<Row,>({ row, columns, index, top, height, className }: RowProps<Row>) => (
  // biome-ignore lint/a11y/useSemanticElements: rows of a virtual table are placed, which tr cannot be
  // biome-ignore lint/a11y/useFocusableInteractive: a row is no control
  <div
    role="row"
    aria-rowindex={index + 2}
    style={{ transform: `translateY(${top}px)`, height }}
    className={classes("table-grid absolute inset-x-0 top-0 border-b border-line hover:bg-sunken", className)}
  >
    {columns.map((column) => (
      // biome-ignore lint/a11y/useSemanticElements: as its row
      <div role="cell" key={column.id} className={cellClasses(column as Column<never>)}>
        {column.cell(row)}
      </div>
    ))}
  </div>
)) as <Row>(props: RowProps<Row>) => ReactNode;

export const Table = <Row,>({ label, columns, rows, rowId, total, onEnd, rowClassName }: TableProps<Row>) => {
  const body = useRef<HTMLDivElement>(null);
  const margin = useScrollMargin(body);
  const height = rowHeight();
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => height, overscan: OVERSCAN, scrollMargin: margin });
  const drawn = virtual.getVirtualItems();
  const lastDrawn = drawn.at(-1)?.index ?? -1;
  useLayoutEffect(() => {
    if (lastDrawn >= rows.length - OVERSCAN - 1 && rows.length > 0) onEnd?.();
  }, [lastDrawn, rows.length, onEnd]);
  const grids = {
    "--grid": gridOf(columns as unknown as Column<never>[], [undefined]),
    "--grid-sm": gridOf(columns as unknown as Column<never>[], [undefined, "sm"]),
    "--grid-lg": gridOf(columns as unknown as Column<never>[], [undefined, "sm", "lg"]),
    "--grid-xl": gridOf(columns as unknown as Column<never>[], [undefined, "sm", "lg", "xl"]),
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: its rows are placed, which those of a table element cannot be
    <div
      role="table"
      aria-label={label}
      aria-rowcount={(total ?? rows.length) + 1}
      style={grids as React.CSSProperties}
      className="min-w-0 text-13"
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as the table */}
      <div role="rowgroup">
        {/* biome-ignore lint/a11y/useSemanticElements: as the table */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: no control */}
        <div role="row" aria-rowindex={1} className="table-grid h-9 border-b border-line text-12 font-medium text-faint">
          {columns.map((column) => (
            // biome-ignore lint/a11y/useSemanticElements: as the table
            // biome-ignore lint/a11y/useFocusableInteractive: no control
            <div role="columnheader" key={column.id} className={cellClasses(column as Column<never>)}>
              {column.head}
            </div>
          ))}
        </div>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as the table */}
      <div role="rowgroup" ref={body} className="relative" style={{ height: virtual.getTotalSize() }}>
        {drawn.map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return <TableRow key={rowId(row)} {...{ row, columns, index, height }} top={start - margin} className={rowClassName?.(row)} />;
        })}
      </div>
    </div>
  );
};
