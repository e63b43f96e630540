import { Link } from "@tanstack/react-router";
import type { MissionRow } from "../../services/missions.ts";
import { formatCount, formatName, shortenId } from "../../ui/formats.ts";
import { StateBadge } from "../../ui/state.tsx";
import type { Column } from "../../ui/table.tsx";
import { Ago } from "../../ui/time.tsx";
import { Deeds, type Show } from "./deeds.tsx";

/** Why it is where it is: what it waits for, or what went wrong; and that a person is asked, whatever else it waits for. */
export const whyOf = (row: MissionRow): string => {
  const why = row.paused_at ? "Paused" : row.error_code ? formatName(row.error_code) : row.waiting_for && waits(row.waiting_for);
  return [why, row.has_held && row.waiting_for !== "review" && (why ? "messages to review" : "Messages to review")]
    .filter(Boolean)
    .join(", ");
};

const waits = (what: string): string => `Waits for ${formatName(what).toLowerCase()}`;

interface ColumnsProps {
  readonly chosen: ReadonlySet<string>;
  readonly onToggle: (id: string, range: boolean) => void;
  readonly onShow: Show;
}

export const columns = ({ chosen, onToggle, onShow }: ColumnsProps): readonly Column<MissionRow>[] => [
  {
    id: "choose",
    head: <span className="sr-only">Choose</span>,
    width: "24px",
    cell: (row) => (
      <input
        type="checkbox"
        aria-label={`Choose mission ${shortenId(row.id)}`}
        checked={chosen.has(row.id)}
        onChange={(event) => onToggle(row.id, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)}
        className="size-4 accent-accent"
      />
    ),
  },
  {
    id: "mission",
    head: "Mission",
    width: "minmax(80px, 2fr)",
    cell: (row) => (
      <Link to="/feed/$missionId" params={{ missionId: row.id }} className="link truncate">
        {formatName(row.type)} <span className="font-mono text-12">{shortenId(row.id)}</span>
      </Link>
    ),
  },
  {
    id: "state",
    head: "State",
    width: "118px",
    cell: (row) => <StateBadge state={row.paused_at && !row.finished_at ? "paused" : row.state} />,
  },
  {
    id: "why",
    head: "Why",
    width: "minmax(80px, 2fr)",
    from: "sm",
    cell: (row) => <span className="truncate text-soft">{whyOf(row)}</span>,
  },
  { id: "leads", head: "Leads", width: "70px", align: "right", from: "sm", cell: (row) => formatCount(row.leads) },
  { id: "priority", head: "Priority", width: "70px", align: "right", from: "lg", cell: (row) => row.priority },
  { id: "retries", head: "Retries", width: "70px", align: "right", from: "lg", cell: (row) => row.retry_count || "" },
  { id: "created", head: "Created", width: "100px", from: "lg", cell: (row) => <Ago at={row.created_at} /> },
  { id: "changed", head: "Changed", width: "84px", from: "sm", cell: (row) => <Ago at={row.stage_at} /> },
  {
    id: "deeds",
    head: <span className="sr-only">Actions</span>,
    width: "136px",
    align: "right",
    from: "sm",
    cell: (row) => <Deeds icons mission={row} onShow={onShow} />,
  },
];
