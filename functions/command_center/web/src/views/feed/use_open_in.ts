import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { Part } from "./route.ts";

const route = getRouteApi("/in/feed/$missionId");
const NAMES = { messages: "message", decisions: "decision", logs: "log" } as const satisfies Partial<Record<Part, string>>;

type Listed = keyof typeof NAMES;

/** The one of a part that is open, as the address says, and how to open another, or none. */
export const useOpenIn = <Name extends Listed>(part: Name) => {
  const search = route.useSearch();
  const { missionId } = route.useParams();
  const navigate = useNavigate();
  type Id = (typeof search)[(typeof NAMES)[Name]];
  const open = (id: Id | undefined): void =>
    void navigate({
      to: "/feed/$missionId",
      params: { missionId },
      search: { ...search, part, [NAMES[part]]: id },
      replace: true,
      resetScroll: false,
    });
  return { opened: search[NAMES[part]] as Id, open };
};
