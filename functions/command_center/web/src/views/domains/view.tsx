/** The sending domains: how well they are, what that rests on, and what may be done. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useLiveQueries } from "../../live/use_live.ts";
import { type Domain, domainPageQuery, domainQuery, domainsQuery } from "../../services/domains.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { Field, Select } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form_dialog.tsx";
import { formatCount, formatName } from "../../ui/formats.ts";
import { Panel, View } from "../../ui/layout.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { useSettled } from "../../ui/use_settled.ts";
import type { Ramp } from "../shared/ramp.ts";
import { useRamp } from "../shared/use_ramp.ts";
import { DomainDetail } from "./detail.tsx";
import { DomainForm } from "./domain_form.tsx";
import { HEALTH, reputationInk } from "./health.ts";
import { filterOf, SORTS, STATUSES } from "./search.ts";

const route = getRouteApi("/in/domains");

/** What its name, state, reputation, its course and today's messages stand in, in every row and above them. */
const COLUMNS = "sm:grid sm:grid-cols-[minmax(0,1fr)_160px_76px_110px] sm:gap-x-4 lg:grid-cols-[minmax(0,1fr)_160px_76px_112px_110px]";

const Heads = () => (
  <div aria-hidden className={classes(COLUMNS, "h-9 items-center border-b border-line px-4 text-12 font-medium text-faint max-sm:hidden")}>
    <span>Domain</span>
    <span>State</span>
    <span className="text-right">Reputation</span>
    <span className="max-lg:hidden">Last 24 hours</span>
    <span className="text-right">Sent today</span>
  </div>
);

interface RowProps {
  readonly domain: Domain;
  readonly ramp: Ramp | null;
  readonly open: boolean;
  readonly onOpen: () => void;
}

export const Row = ({ domain, ramp, open, onOpen }: RowProps) => (
  <li>
    <button
      type="button"
      aria-expanded={open}
      onClick={onOpen}
      className={classes(
        COLUMNS,
        "flex w-full flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-left hover:bg-sunken",
        open && "bg-accent-wash",
      )}
    >
      <span className="min-w-0 max-sm:basis-full">
        <span className="block font-medium break-words">{domain.domain}</span>
        <span className="text-13 text-soft">
          {HEALTH[domain.health]}
          {ramp && ` · warms up, day ${ramp.day}: ${formatCount(ramp.today)} of ${formatCount(ramp.full)} a day`}
        </span>
      </span>
      <span>
        <StateBadge state={domain.paused_at ? "paused" : domain.status} />
      </span>
      <span
        title="Reputation, from 0 to 1"
        className={classes("text-right text-16 font-semibold tabular-nums max-sm:ml-auto", reputationInk(domain.reputation))}
      >
        <span className="sr-only">Reputation </span>
        {domain.reputation.toFixed(2)}
      </span>
      <span className="max-lg:hidden">
        <Sparkline
          values={domain.reputations.map(({ value }) => value)}
          top={1}
          label={`Reputation of the last 24 hours, now ${domain.reputation.toFixed(2)}`}
        />
      </span>
      <span className="text-right text-13 text-soft max-sm:hidden">
        {formatCount(domain.sent_today)} of {formatCount(domain.cap_today)}
        <span className="sr-only"> sent today</span>
      </span>
    </button>
  </li>
);

type Search = ReturnType<typeof route.useSearch>;

const SORTED: Record<(typeof SORTS)[number], string> = {
  domain: "By name",
  reputation: "Worst reputation first",
  "-created_at": "Newest first",
};

interface FindProps {
  readonly search: Search;
  readonly onFind: (change: Partial<Search>) => void;
}

const Find = ({ search: { q = "", status, sort }, onFind }: FindProps) => (
  <div className="grid grid-cols-2 gap-3 *:first:col-span-full sm:grid-cols-[1fr_180px_200px] sm:*:first:col-span-1">
    <Field label="Search" type="search" value={q} placeholder="Part of a name" onChange={(event) => onFind({ q: event.target.value })} />
    <Select label="State" value={status ?? ""} onChange={(event) => onFind({ status: (event.target.value || undefined) as typeof status })}>
      <option value="">Any</option>
      {STATUSES.map((each) => (
        <option key={each} value={each}>
          {formatName(each)}
        </option>
      ))}
    </Select>
    <Select label="Sort" value={sort ?? "domain"} onChange={(event) => onFind({ sort: event.target.value as typeof sort })}>
      {SORTS.map((each) => (
        <option key={each} value={each}>
          {SORTED[each]}
        </option>
      ))}
    </Select>
  </div>
);

/** The page of the list, and the one that is looked at, whether it stands on that page or not. */
const useDomains = (search: Search) => {
  const filter = filterOf(useSettled(search));
  const page = useQuery({ ...domainPageQuery(filter), placeholderData: keepPreviousData });
  const chosen = search.domain;
  const listed = page.data?.items.find(({ id }) => id === chosen);
  const one = useQuery({ ...domainQuery(chosen ?? ""), enabled: chosen !== undefined && page.data !== undefined && !listed });
  useLiveQueries(["domains", "missions"], [domainsQuery.queryKey], 500);
  return { page, one, shown: listed ?? (chosen ? one.data : undefined), filtered: Boolean(filter.q ?? filter.status) };
};

const Domains = () => {
  const search = route.useSearch();
  const navigate = useNavigate();
  const may = useMay("operate");
  const { page, one, shown, filtered } = useDomains(search);
  const { data, error, refetch } = page;
  const domains = data?.items ?? [];
  const { rampOf } = useRamp();
  const go = (change: Partial<Search>, replace = false): void => {
    const next = { ...search, add: undefined, ...change };
    void navigate({ to: "/domains", search: { ...next, q: next.q || undefined }, replace });
  };
  const find = (change: Partial<Search>): void => go({ after: undefined, ...change }, true);
  return (
    <View
      title="Domain health"
      actions={
        may && (
          <Button look="primary" icon={<Plus aria-hidden size={16} />} onClick={() => go({ add: true })}>
            Add a domain
          </Button>
        )
      }
    >
      <Find search={search} onFind={find} />
      {error && <Failed error={error} onRetry={refetch} />}
      <Panel flush>
        {!data && !error && <SkeletonRows rows={4} />}
        {data && domains.length === 0 && (
          <Empty
            title={filtered ? "No domain is like that" : "No domains yet"}
            action={may && !filtered && <Button onClick={() => go({ add: true })}>Add your first domain</Button>}
          >
            Messages come from addresses of your domains. REX watches the reputation of each by the hour and rests one that suffers.
          </Empty>
        )}
        {domains.length > 0 && <Heads />}
        <ul className="divide-y divide-line">
          {domains.map((domain) => (
            <Row
              key={domain.id}
              domain={domain}
              ramp={rampOf(domain)}
              open={domain.id === shown?.id}
              onOpen={() => go({ domain: domain.id === shown?.id ? undefined : domain.id })}
            />
          ))}
        </ul>
        <Pager
          later={search.after !== undefined}
          onFirst={() => go({ after: undefined })}
          onNext={data?.next ? () => go({ after: data.next ?? undefined }) : null}
        />
      </Panel>
      {search.domain && one.error && <Failed error={one.error} onRetry={one.refetch} />}
      {search.domain && shown === null && (
        <p role="status" className="text-13 text-soft">
          There is no such domain in this account.
        </p>
      )}
      {shown && <DomainDetail key={shown.id} domain={shown} />}
      {search.add && may && (
        <FormDialog title="Add a domain" onClose={() => go({})}>
          {(close) => <DomainForm onDone={close} />}
        </FormDialog>
      )}
    </View>
  );
};

export const lazy = createLazyRoute("/in/domains")({ component: Domains });
