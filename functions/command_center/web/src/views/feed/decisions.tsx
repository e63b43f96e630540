import { useState } from "react";
import type { Mission } from "../../services/missions.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatName, formatShare } from "../../ui/formats.ts";
import { Json } from "../../ui/json.tsx";
import { Term } from "../../ui/term.tsx";
import { Time } from "../../ui/time.tsx";
import { PartList } from "./part_list.tsx";
import { usePart } from "./use_part.ts";

type Decision = Mission["parts"]["decisions"]["items"][number];

const LAYERS: Record<number, readonly [name: string, means: string]> = {
  1: ["state machine", "The mission could go one way only."],
  2: ["rule", "A written rule decided; the same facts lead to the same decision."],
  3: ["reasoner", "No rule knew the case, so a language model chose from a fixed list, or a person is asked."],
};

const Row = ({ decision }: { readonly decision: Decision }) => {
  const [open, setOpen] = useState(false);
  const [layer, means] = LAYERS[decision.layer] ?? ["unknown", ""];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
      <Time at={decision.at} />
      <span className="font-medium">{formatName(decision.action)}</span>
      <span className="min-w-0 flex-1 break-words text-soft">{formatName(decision.reason)}</span>
      <span className="text-soft">
        <Term means={means}>{layer}</Term> {formatName(decision.rule).toLowerCase()} · {formatShare(decision.confidence)} sure
      </span>
      <Button small aria-label={`Why: ${formatName(decision.action).toLowerCase()}`} onClick={() => setOpen(true)}>
        Why
      </Button>
      {open && (
        <Dialog title={formatName(decision.action)} wide onClose={() => setOpen(false)}>
          <Json value={decision} />
        </Dialog>
      )}
    </li>
  );
};

export const Decisions = ({ mission }: { readonly mission: Mission }) => {
  const decisions = usePart(mission.id, "decisions");
  return (
    <PartList of={decisions} empty="No decisions yet">
      {decisions.items.map((decision) => (
        <Row key={`${decision.id} ${decision.log_id}`} decision={decision} />
      ))}
    </PartList>
  );
};
