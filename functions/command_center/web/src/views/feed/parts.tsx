/** What belongs to a mission: its messages, leads, decisions, log, and what waits for review. */
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Mission } from "../../services/missions.ts";
import { formatCount } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Review } from "../review/review.tsx";
import { Decisions } from "./decisions.tsx";
import { MissionLeads } from "./mission_leads.tsx";
import { MissionLogs } from "./mission_logs.tsx";
import { MissionMessages } from "./mission_messages.tsx";
import { PARTS, type Part } from "./route.ts";

const route = getRouteApi("/in/feed/$missionId");

const LABELS: Record<Part, string> = { messages: "Messages", leads: "Leads", decisions: "Decisions", logs: "Log", review: "Review" };

const countOf = (mission: Mission, part: Part): number | null => {
  if (part === "leads") return mission.leads;
  if (part === "messages") return Object.values(mission.outreach).reduce((sum, count) => sum + count, 0);
  return part === "review" ? (mission.outreach.held ?? 0) : null;
};

export const MissionParts = ({ mission }: { readonly mission: Mission }) => {
  const search = route.useSearch();
  const held = (mission.outreach.held ?? 0) > 0;
  const linked = (search.message && "messages") || (search.decision && "decisions") || (search.log && "logs");
  const part = linked || search.part || (held ? "review" : "messages");
  return (
    <Panel flush>
      <nav aria-label="Of this mission" className="flex flex-wrap gap-1 border-b border-line px-3 py-2">
        {PARTS.filter((each) => each !== "review" || held || part === "review").map((each) => {
          const count = countOf(mission, each);
          return (
            <Link
              key={each}
              to="/feed/$missionId"
              params={{ missionId: mission.id }}
              search={{ ...search, part: each, message: undefined, decision: undefined, log: undefined }}
              replace
              aria-current={each === part ? "page" : undefined}
              className="rounded-md px-3 py-1.5 text-13 font-medium text-soft hover:bg-sunken aria-[current=page]:bg-accent-wash aria-[current=page]:text-accent"
            >
              {LABELS[each]}
              {count !== null && ` ${formatCount(count)}`}
            </Link>
          );
        })}
      </nav>
      {part === "messages" && <MissionMessages mission={mission} />}
      {part === "leads" && <MissionLeads mission={mission} />}
      {part === "decisions" && <Decisions mission={mission} />}
      {part === "logs" && <MissionLogs mission={mission} />}
      {part === "review" && <Review mission={mission} />}
    </Panel>
  );
};
