import { Link } from "@tanstack/react-router";
import type { MissionRow } from "../../services/missions.ts";
import { formatCount, formatName, shortenId } from "../../ui/formats.ts";
import { StateBadge } from "../../ui/state.tsx";
import type { Column } from "../../ui/table.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { Deeds, type Show } from "./deeds.tsx";

/** What went wrong, or what it waits for. */
const Reason = ({ row }: { readonly row: MissionRow }) => {
  if (row.paused_at) return "Paused";
  if (row.error_code) return formatName(row.error_code);
  if (row.waiting_for === "not_before" && row.not_before)
    return (
      <>
        Begins <Time at={row.not_before} />
      </>
    );
  return row.waiting_for && `Waits for ${formatName(row.waiting_for).toLowerCase()}`;
};

/** Why it is where it is; and that a person is asked, whatever else it waits for. */
const Why = ({ row }: { readonly row: MissionRow }) => {
  const asks = row.has_held && row.waiting_for !== "review";
  const waits = row.paused_at ?? row.error_code ?? row.waiting_for;
  return (
    <span className="truncate text-soft">
      <Reason row={row} />
      {asks && (waits ? ", messages to review" : "Messages to review")}
    </span>
  );
};

interface ColumnsProps {
  /** Whether this person may do anything with what they choose. */
  readonly may: boolean;
  readonly chosen: ReadonlySet<string>;
  readonly onToggle: (id: string, range: boolean) => void;
  readonly onShow: Show;
}

export const columns = ({ may, ...given }: ColumnsProps): readonly Column<MissionRow>[] =>
  may ? [choose(given), ...ABOUT, deeds(given)] : ABOUT;

const choose = ({ chosen, onToggle }: Omit<ColumnsProps, "may">): Column<MissionRow> => ({
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
});

const ABOUT: readonly Column<MissionRow>[] = [
  {
    id: "mission",
    head: "Mission",
    width: "minmax(80px, 2fr)",
    cell: (row) => (
      <Link to="/feed/$missionId" params={{ missionId: row.id }} className="link min-w-0 truncate leading-4">
        {formatName(row.type)} <span className="font-mono text-12 max-sm:block">{shortenId(row.id)}</span>
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
    cell: (row) => <Why row={row} />,
  },
  { id: "leads", head: "Leads", width: "70px", align: "right", from: "sm", cell: (row) => formatCount(row.leads) },
  { id: "priority", head: "Priority", width: "70px", align: "right", from: "lg", cell: (row) => row.priority },
  { id: "retries", head: "Retries", width: "70px", align: "right", from: "lg", cell: (row) => row.retry_count || "" },
  { id: "created", head: "Created", width: "100px", from: "lg", cell: (row) => <Ago at={row.created_at} /> },
  { id: "changed", head: "Changed", width: "84px", from: "sm", cell: (row) => <Ago at={row.stage_at} /> },
];

const deeds = ({ onShow }: Omit<ColumnsProps, "may">): Column<MissionRow> => ({
  id: "deeds",
  head: <span className="sr-only">Actions</span>,
  width: "136px",
  align: "right",
  from: "sm",
  cell: (row) => <Deeds icons mission={row} onShow={onShow} />,
});
