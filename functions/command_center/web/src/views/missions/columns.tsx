import { Link } from "@tanstack/react-router";
import type { MissionRow } from "../../services/missions.ts";
import { formatCount, formatName, plural, shortenId } from "../../ui/formats.ts";
import { StateBadge } from "../../ui/state.tsx";
import type { Column } from "../../ui/table.tsx";
import { Ago, Time } from "../../ui/time.tsx";
import { Deeds, type Show } from "./deeds.tsx";

/** What went wrong, or what it waits for. */
const Reason = ({ row }: { readonly row: MissionRow }) => {
  if (row.paused_at) return `Paused while ${formatName(row.state).toLowerCase()}`;
  if (row.error_code) return formatName(row.error_code);
  if (row.waiting_for === "not_before" && row.not_before)
    return (
      <>
        Begins <Time at={row.not_before} />
      </>
    );
  return row.waiting_for && `Waits for ${formatName(row.waiting_for).toLowerCase()}`;
};

/** Why it is where it is; that a person is asked, whatever else it waits for; and how often it was begun again. */
const Why = ({ row }: { readonly row: MissionRow }) => {
  const asks = row.has_held && row.waiting_for !== "review";
  const waits = row.paused_at ?? row.error_code ?? row.waiting_for;
  return (
    <span className="truncate text-soft">
      <Reason row={row} />
      {asks && (waits ? ", messages to review" : "Messages to review")}
      {row.retry_count > 0 && `${waits || asks ? ", " : ""}${plural(row.retry_count, "retry", "retries")}`}
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
      className="size-4 accent-accent pointer-coarse:size-6"
    />
  ),
});

const ABOUT: readonly Column<MissionRow>[] = [
  {
    id: "mission",
    head: "Mission",
    width: "minmax(80px, 3fr)",
    cell: (row) => (
      <Link to="/feed/$missionId" params={{ missionId: row.id }} className="link min-w-0 truncate py-1 leading-4 max-[1440px]:py-0">
        {formatName(row.type)} <span className="font-mono text-12 max-[1440px]:block">{shortenId(row.id)}</span>
      </Link>
    ),
  },
  {
    id: "state",
    head: "State",
    width: "112px",
    cell: (row) => <StateBadge state={row.paused_at && !row.finished_at ? "paused" : row.state} />,
  },
  {
    id: "why",
    head: "Why",
    width: "minmax(80px, 4fr)",
    from: "sm",
    cell: (row) => <Why row={row} />,
  },
  { id: "leads", head: "Leads", width: "56px", align: "right", from: "sm", cell: (row) => formatCount(row.leads) },
  { id: "priority", head: "Priority", width: "56px", align: "right", from: "xl", cell: (row) => row.priority },
  { id: "created", head: "Created", width: "84px", from: "xl", cell: (row) => <Ago at={row.created_at} /> },
  { id: "changed", head: "Changed", width: "84px", from: "sm", cell: (row) => <Ago at={row.stage_at} /> },
];

const deeds = ({ onShow }: Omit<ColumnsProps, "may">): Column<MissionRow> => ({
  id: "deeds",
  head: <span className="sr-only">Actions</span>,
  width: "124px",
  align: "right",
  from: "lg",
  cell: (row) => <Deeds icons mission={row} onShow={onShow} />,
});
