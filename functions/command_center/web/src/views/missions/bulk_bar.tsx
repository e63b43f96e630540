/** What can be done with the chosen missions; it says how many it changes and how many it skips before anything happens. */
import { useState } from "react";
import type { MissionFilter, MissionRow } from "../../services/missions.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { formatCount, plural } from "../../ui/formats.ts";
import { BulkDialog } from "./bulk_dialog.tsx";
import { type Action, none, type Selection, takes } from "./selection.ts";

interface BulkBarProps {
  readonly rows: readonly MissionRow[];
  readonly hasMore: boolean;
  readonly filter: MissionFilter;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly onDone: () => void;
}

export const BulkBar = ({ rows, hasMore, filter, selection, onSelect, onDone }: BulkBarProps) => {
  const may = useMay("operate");
  const [action, setAction] = useState<Action | null>(null);
  const chosen = rows.filter(({ id }) => selection.ids.has(id));
  if (!may || chosen.length === 0) return null;
  const off = (what: Action, why: string) => !selection.all && !chosen.some((row) => takes(what, row)) && why;
  return (
    <section aria-label="Chosen missions" className="flex flex-wrap items-center gap-2 rounded-lg bg-accent-wash px-4 py-2 text-13">
      <p role="status" className="min-w-0 flex-1">
        {selection.all ? "All that match are chosen." : `${plural(chosen.length, "mission")} chosen; the order stays while you choose.`}
      </p>
      {!selection.all && hasMore && (
        <Button small look="quiet" onClick={() => onSelect({ ...selection, all: true })}>
          Choose all that match
        </Button>
      )}
      {!selection.all && chosen.length < rows.length && (
        <Button small look="quiet" onClick={() => onSelect({ ...selection, ids: new Set(rows.map(({ id }) => id)) })}>
          Choose these {formatCount(rows.length)}
        </Button>
      )}
      <Button small unavailable={off("retry", "None of these failed.")} onClick={() => setAction("retry")}>
        Retry
      </Button>
      <Button small look="danger" unavailable={off("cancel", "All of these have ended.")} onClick={() => setAction("cancel")}>
        Cancel
      </Button>
      <Button small look="quiet" onClick={() => onSelect(none)}>
        Choose none
      </Button>
      {action && (
        <BulkDialog
          action={action}
          chosen={selection.all ? null : chosen}
          filter={filter}
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
