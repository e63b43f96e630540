/** Messages that wait for a person: each beside what is known of its reader, released, refused or edited. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Mission } from "../../services/missions.ts";
import { heldOnesQuery } from "../../services/outreach.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { formatCount, plural } from "../../ui/formats.ts";
import { PartList } from "../feed/part_list.tsx";
import { usePart } from "../feed/use_part.ts";
import { HeldMessage } from "./held_message.tsx";
import { type Given, useReview } from "./use_review.ts";

/** How many one request names. */
const MOST = 1_000;

/** What is held, as many as were read, with the samples first, wherever in the list they stand. */
const useHeld = (mission: Mission) => {
  const held = usePart(mission.id, "held");
  const samples = new Set(mission.held_samples);
  const here = new Set(held.items.map(({ id }) => id));
  const missing = mission.held_samples.filter((id) => !here.has(id));
  const more = useQuery({ ...heldOnesQuery(mission.id, missing), enabled: !held.loading && missing.length > 0 }).data ?? [];
  const shown = [...held.items, ...more].sort((a, b) => Number(samples.has(b.id)) - Number(samples.has(a.id)));
  return { held, shown, samples };
};

export const Review = ({ mission }: { readonly mission: Mission }) => {
  const { held, shown, samples } = useHeld(mission);
  const may = useMay("operate");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [refusing, setRefusing] = useState(false);
  const review = useReview(mission.id, () => setChosen(new Set()));
  const count = mission.outreach.held ?? 0;
  const left = count - mission.releasable;
  // Those that somebody else dealt with meanwhile are not meant any more.
  const meant = shown.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  const some = meant.length > 0;
  const wordsOf = (all: number): string => (some ? plural(meant.length, "message") : `all ${plural(all, "held message")}`);
  const none = !some && mission.releasable === 0 && "None of them is released unless it is chosen.";
  const given = (action: "release" | "refuse"): Given => ({ action, ...(some && { outreach_ids: meant }) });
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const tooMany = meant.length > MOST && `At most ${MOST} at once.`;
  return (
    <>
      {may && count > 0 && (
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
          <p className="min-w-0 flex-1 basis-52 text-13 text-soft">
            Nothing of this goes out unless somebody releases it.{samples.size > 0 && " Samples of each kind stand first."}
            {left > 0 &&
              ` To release all leaves ${formatCount(left)} held, unless they are chosen: those whose import does harm, and those that were edited and did not pass the checks.`}
          </p>
          <Button small look="danger" busy={review.busy} unavailable={tooMany} onClick={() => setRefusing(true)}>
            Refuse {wordsOf(count)}
          </Button>
          <Button small look="primary" busy={review.busy} unavailable={tooMany || none} onClick={() => review.start(given("release"))}>
            Release {wordsOf(mission.releasable)}
          </Button>
        </div>
      )}
      <PartList of={held} empty="Nothing waits for review">
        {shown.map((message) => (
          <HeldMessage
            key={message.id}
            missionId={mission.id}
            message={message}
            sample={samples.has(message.id)}
            chosen={chosen.has(message.id)}
            onToggle={may ? () => toggle(message.id) : null}
          />
        ))}
      </PartList>
      {refusing && (
        <Confirm
          title={`Refuse ${wordsOf(count)}?`}
          action="Refuse"
          onClose={() => setRefusing(false)}
          onConfirm={() => review.start(given("refuse"))}
        >
          They are never sent, nor are the steps after them. This cannot be undone.
        </Confirm>
      )}
    </>
  );
};
