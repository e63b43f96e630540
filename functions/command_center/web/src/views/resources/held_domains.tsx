/** Which domains serve which campaign. */
import { Link } from "@tanstack/react-router";
import { type HeldDomain, MOST_HELD } from "../../services/reservations.ts";
import { Panel } from "../../ui/layout.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty } from "../../ui/states.tsx";

interface HeldDomainsProps {
  readonly domains: readonly HeldDomain[];
  readonly cut: boolean;
}

export const HeldDomains = ({ domains, cut }: HeldDomainsProps) => (
  <Panel title="Domains in use" flush>
    {domains.length === 0 && (
      <Empty title="Every domain is free">
        A campaign takes domains when its first mission begins, and gives them back after its last.
      </Empty>
    )}
    <ul className="divide-y divide-line">
      {domains.map(({ id, domain, status, paused_at: pausedAt, campaign_id: campaignId, rex_campaigns: campaign }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
          <Link to="/domains" search={{ domain: id }} className="link min-w-0 break-all">
            {domain}
          </Link>
          <StateBadge state={pausedAt ? "paused" : status} />
          <span className="min-w-0 break-words text-soft">
            held by{" "}
            <Link to="/missions" search={{ campaign: campaignId ?? undefined }} className="link">
              {campaign?.name ?? "a campaign"}
            </Link>
          </span>
        </li>
      ))}
    </ul>
    {cut && <p className="px-4 py-2 text-13 text-soft">Only the first {MOST_HELD} stand here.</p>}
  </Panel>
);
