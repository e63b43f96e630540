/** What can be done with the chosen missions; it says how many it changes and how many it skips before anything happens. */
import { useState } from "react";
import type { Action, MissionFilter, MissionRow } from "../../services/missions.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { formatCount, plural } from "../../ui/formats.ts";
import { BulkDialog } from "./bulk_dialog.tsx";
import { Deeds, type Show } from "./deeds.tsx";
import { none, type Selection, takes } from "./selection.ts";

interface BulkBarProps {
  readonly rows: readonly MissionRow[];
  /** Chosen missions that do not stand among the rows any more. */
  readonly aside: readonly MissionRow[];
  /** How many match the filter, in words. */
  readonly total: string;
  readonly hasMore: boolean;
  readonly filter: MissionFilter;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly onShow: Show;
  readonly onDone: () => void;
}

const words = (count: number, aside: number): string =>
  `${plural(count, "mission")} chosen${aside ? `, ${formatCount(aside)} of them not in the list below` : ""}; the order stays while you choose.`;

export const BulkBar = ({ rows, aside, total, hasMore, filter, selection, onSelect, onShow, onDone }: BulkBarProps) => {
  const may = useMay("operate");
  const [action, setAction] = useState<Action | null>(null);
  const outside = aside.filter(({ id }) => selection.ids.has(id));
  const chosen = [...rows.filter(({ id }) => selection.ids.has(id)), ...outside];
  if (!may || chosen.length === 0) return null;
  const off = (what: Action, why: string) => !selection.all && !chosen.some((row) => takes(what, row)) && why;
  const only = !selection.all && chosen.length === 1 ? chosen[0] : undefined;
  return (
    <section aria-label="Chosen missions" className="flex flex-wrap items-center gap-2 rounded-lg bg-accent-wash px-4 py-2 text-13">
      <p role="status" className="min-w-0 flex-1 basis-60">
        {selection.all ? `All${total && ` ${total}`} that match are chosen.` : words(chosen.length, outside.length)}
      </p>
      {!selection.all && hasMore && (
        <Button small onClick={() => onSelect({ ...selection, all: true })}>
          {`Choose all${total && ` ${total}`} that match`}
        </Button>
      )}
      {!selection.all && chosen.length < rows.length && (
        <Button small onClick={() => onSelect({ ...selection, ids: new Set(rows.map(({ id }) => id)) })}>
          Choose these {formatCount(rows.length)}
        </Button>
      )}
      {only ? (
        <Deeds mission={only} onShow={onShow} />
      ) : (
        <>
          <Button small unavailable={off("release", "None of these holds messages for review.")} onClick={() => setAction("release")}>
            Approve
          </Button>
          <Button small unavailable={off("retry", "None of these failed.")} onClick={() => setAction("retry")}>
            Retry
          </Button>
          <Button small look="danger" unavailable={off("cancel", "All of these have ended.")} onClick={() => setAction("cancel")}>
            Cancel
          </Button>
        </>
      )}
      <Button small onClick={() => onSelect(none)}>
        Choose none
      </Button>
      {action && (
        <BulkDialog
          action={action}
          choice={selection.all ? { filter } : { ids: chosen.map(({ id }) => id) }}
          onClose={() => setAction(null)}
          onDone={() => {
            setAction(null);
            onSelect(none);
            onDone();
          }}
        />
      )}
    </section>
  );
};
