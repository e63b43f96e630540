import { Link } from "@tanstack/react-router";
import { nameOf } from "../../services/leads.ts";
import type { Mission } from "../../services/missions.ts";
import { formatName } from "../../ui/formats.ts";
import { StateBadge } from "../../ui/state.tsx";
import { PartList } from "./part_list.tsx";
import { usePart } from "./use_part.ts";

export const MissionLeads = ({ mission }: { readonly mission: Mission }) => {
  const leads = usePart(mission.id, "leads");
  return (
    <PartList of={leads} empty="No leads">
      {leads.items.map((lead) => (
        <li key={lead.lead_id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
          <span className="sm:w-28">
            <StateBadge state={lead.outcome} />
          </span>
          <Link to="/leads/$leadId" params={{ leadId: lead.lead_id }} className="link min-w-0 truncate">
            {nameOf(lead)}
          </Link>
          <span className="min-w-0 flex-1 truncate text-soft">{lead.company}</span>
          {lead.reason && <span className="text-soft">{formatName(lead.reason)}</span>}
          {lead.dormant_days !== null && <span className="text-faint">dormant for {lead.dormant_days} days</span>}
        </li>
      ))}
    </PartList>
  );
};
