/** What a person does with held messages of a mission. */
import { useQueryClient } from "@tanstack/react-query";
import { reviewOutreach } from "../../services/missions.ts";
import { useAction } from "../../services/use_action.ts";
import type { Schemas } from "../../types/api.ts";
import { plural } from "../../ui/formats.ts";

export type Given = Partial<Schemas["Review"]> & { action: Schemas["ReviewAction"] };

/** `quiet`: its failure is shown by a form. */
export const useReview = (missionId: string, onDone: () => void, quiet = false) => {
  const client = useQueryClient();
  return useAction({
    quiet,
    run: (review: Given, key) => reviewOutreach(missionId, review, key),
    done: ({ action, changed, held, held_by_import: harms, being_checked: checked }) =>
      action === "edit"
        ? "Saved. It stays held until compliance and quality control have passed it."
        : `${plural(changed, "message")} ${action === "release" ? "released" : "refused"}; ${held} still held${
            harms ? `, ${harms} of them because their import does harm: only those you choose are released` : ""
          }${checked ? `, ${checked} being checked` : ""}.`,
    after: () => {
      onDone();
      return Promise.all([["missions"], ["outreach"]].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
};
