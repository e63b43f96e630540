/** The sending domains: how well they are, what that rests on, and what may be done. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useLiveQueries } from "../../live/use_live.ts";
import { type Domain, domainsQuery } from "../../services/domains.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Panel, View } from "../../ui/layout.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { DomainDetail } from "./detail.tsx";
import { DomainForm } from "./domain_form.tsx";
import { HEALTH, reputationInk } from "./health.ts";

const route = getRouteApi("/in/domains");

export const Row = ({ domain, open, onOpen }: { readonly domain: Domain; readonly open: boolean; readonly onOpen: () => void }) => (
  <li>
    <button
      type="button"
      aria-expanded={open}
      onClick={onOpen}
      className={classes(
        "flex w-full flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-left hover:bg-sunken",
        open && "bg-accent-wash",
      )}
    >
      <span className="min-w-0 flex-[2_1_200px]">
        <span className="block font-medium break-all">{domain.domain}</span>
        <span className="text-13 text-soft">{HEALTH[domain.health]}</span>
      </span>
      <StateBadge state={domain.paused_at ? "paused" : domain.status} />
      <span className={classes("w-12 text-right text-16 font-semibold tabular-nums", reputationInk(domain.reputation))}>
        {domain.reputation.toFixed(2)}
      </span>
      <span className="w-24 max-sm:hidden">
        <Sparkline
          values={domain.reputations.map(({ value }) => value)}
          top={1}
          label={`Reputation of the last 24 hours, now ${domain.reputation.toFixed(2)}`}
        />
      </span>
      <span className="w-32 text-right text-13 text-soft max-sm:hidden">
        {domain.sent_today} of {domain.cap_today} today
      </span>
    </button>
  </li>
);

const Domains = () => {
  const { domain: chosen, add } = route.useSearch();
  const navigate = useNavigate();
  const may = useMay("operate");
  const { data, error, refetch } = useQuery(domainsQuery);
  useLiveQueries(["domains", "missions"], [domainsQuery.queryKey], 500);
  const domains = data?.items ?? [];
  const shown = domains.find(({ id }) => id === chosen);
  const open = (id: string | undefined): void => void navigate({ to: "/domains", search: id ? { domain: id } : {} });
  return (
    <View
      title="Domain health"
      actions={
        may && (
          <Button look="primary" icon={<Plus aria-hidden size={16} />} onClick={() => navigate({ to: "/domains", search: { add: true } })}>
            Add a domain
          </Button>
        )
      }
    >
      {error && <Failed error={error} onRetry={refetch} />}
      <Panel flush>
        {!data && !error && <SkeletonRows rows={4} />}
        {data && domains.length === 0 && (
          <Empty title="No domains yet">
            Messages come from addresses of your domains. REX watches the reputation of each by the hour and rests one that suffers.
          </Empty>
        )}
        <ul className="divide-y divide-line">
          {domains.map((domain) => (
            <Row key={domain.id} domain={domain} open={domain === shown} onOpen={() => open(domain === shown ? undefined : domain.id)} />
          ))}
        </ul>
        {data?.next && <p className="px-4 py-2 text-13 text-soft">Only the first {domains.length} domains stand here.</p>}
      </Panel>
      {data && chosen && !shown && (
        <p role="status" className="text-13 text-soft">
          {data.next ? "That domain is not among those shown here." : "There is no such domain in this account."}
        </p>
      )}
      {shown && <DomainDetail domain={shown} />}
      {add && may && (
        <Dialog title="Add a domain" onClose={() => open(undefined)}>
          <DomainForm onDone={() => open(undefined)} />
        </Dialog>
      )}
    </View>
  );
};

export const lazy = createLazyRoute("/in/domains")({ component: Domains });
