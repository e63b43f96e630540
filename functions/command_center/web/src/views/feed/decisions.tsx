import { useQuery } from "@tanstack/react-query";
import type { Mission } from "../../services/missions.ts";
import { decisionQuery } from "../../services/timeline.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatName, formatShare } from "../../ui/formats.ts";
import { Json } from "../../ui/json.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Term } from "../../ui/term.tsx";
import { When } from "../../ui/time.tsx";
import { PartList } from "./part_list.tsx";
import { useOpenIn } from "./use_open_in.ts";
import { usePart } from "./use_part.ts";

type Decision = Mission["parts"]["decisions"]["items"][number];

const LAYERS: Record<number, readonly [name: string, means: string]> = {
  1: ["state machine", "The mission could go one way only."],
  2: ["rule", "A written rule decided; the same facts lead to the same decision."],
  3: ["reasoner", "No rule knew the case, so a language model chose from a fixed list, or a person is asked."],
};

interface RowProps {
  readonly decision: Decision;
  readonly onOpen: () => void;
}

const Row = ({ decision, onOpen }: RowProps) => {
  const [layer, means] = LAYERS[decision.layer] ?? ["unknown", ""];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
      <When at={decision.at} />
      <span className="font-medium">{formatName(decision.action)}</span>
      <span className="min-w-0 flex-1 basis-52 break-words text-soft">{formatName(decision.reason)}</span>
      <span className="text-soft">
        <Term means={means}>{layer}</Term> {formatName(decision.rule).toLowerCase()} · {formatShare(decision.confidence)} sure
      </span>
      <Button small aria-label={`Why: ${formatName(decision.action).toLowerCase()}`} onClick={onOpen}>
        Why
      </Button>
    </li>
  );
};

/** All that a decision was made from, its numbers as they were written; its address can be passed on. */
const Whole = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => {
  const { data: decision, error, refetch } = useQuery(decisionQuery(id));
  return (
    <Dialog title={decision ? formatName(decision.action) : "Decision"} wide onClose={onClose}>
      {error && <Failed error={error} onRetry={refetch} />}
      {decision === undefined && !error && <SkeletonRows rows={6} />}
      {decision === null && <p className="text-soft">This decision is not here any more.</p>}
      {decision && <Json value={decision} />}
    </Dialog>
  );
};

export const Decisions = ({ mission }: { readonly mission: Mission }) => {
  const decisions = usePart(mission.id, "decisions");
  const { opened, open } = useOpenIn("decisions");
  return (
    <PartList of={decisions} empty="No decisions yet">
      {decisions.items.map((decision) => (
        <Row key={`${decision.id} ${decision.log_id}`} decision={decision} onOpen={() => open(decision.id)} />
      ))}
      {opened && <Whole key={opened} id={opened} onClose={() => open(undefined)} />}
    </PartList>
  );
};
