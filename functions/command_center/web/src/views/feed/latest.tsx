/** Which mission to look at: those at work, then the newest, or those that a text finds. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useLiveQueries } from "../../live/use_live.ts";
import { type MissionRow, missionsQuery } from "../../services/missions.ts";
import { useMay } from "../../session/use_account.ts";
import { buttonClasses } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { formatName, plural, shortenId } from "../../ui/formats.ts";
import { Panel, View } from "../../ui/layout.tsx";
import { MovingList } from "../../ui/moving_list.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import { useSettled } from "../../ui/use_settled.ts";

const route = getRouteApi("/in/feed");

const RUNNING = missionsQuery({ state: "ASSIGNED,EXECUTING,COLLECTING,ANALYZING,OPTIMIZING", sort: "-stage_at" }, 20);
const NEWEST = missionsQuery({}, 20);

const List = ({ missions }: { readonly missions: readonly MissionRow[] }) => (
  <MovingList className="divide-y divide-line">
    {missions.map((mission) => (
      <li key={mission.id}>
        <Link
          to="/feed/$missionId"
          params={{ missionId: mission.id }}
          className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-13 hover:bg-sunken"
        >
          <span className="min-w-0 flex-1 font-medium max-sm:basis-full">
            {formatName(mission.type)} <span className="font-mono text-12 text-soft">{shortenId(mission.id)}</span>
          </span>
          <span className="text-right text-soft sm:w-24">{plural(mission.leads, "lead")}</span>
          <span className="sm:w-28">
            <StateBadge state={mission.state} />
          </span>
          <span className="text-right text-faint sm:w-24 max-sm:ml-auto">
            <Ago at={mission.stage_at} />
          </span>
        </Link>
      </li>
    ))}
  </MovingList>
);

const Found = ({ text }: { readonly text: string }) => {
  const query = missionsQuery({ q: text }, 20);
  const { data, error, refetch } = useQuery({ ...query, placeholderData: keepPreviousData });
  useLiveQueries(["missions"], [query.queryKey], 1_000);
  return (
    <Panel title={`Found for “${text}”`} flush>
      {error && <Failed error={error} onRetry={refetch} />}
      {!data && !error && <SkeletonRows />}
      {data?.items.length === 0 && (
        <Empty title="No mission is like that">
          Try an id or its beginning, a lead's address or phone number, a domain, a type, or part of a campaign's name.
        </Empty>
      )}
      {data && data.items.length > 0 && <List missions={data.items} />}
      {data?.next && (
        <p className="px-4 py-2 text-13">
          <Link to="/missions" search={{ q: text }} className="link">
            See all of them among the missions
          </Link>
        </p>
      )}
    </Panel>
  );
};

const Latest = () => {
  const { q = "" } = route.useSearch();
  const navigate = useNavigate();
  const text = useSettled(q.trim());
  return (
    <View title="Mission feed">
      <Field
        label="Find a mission"
        type="search"
        maxLength={320}
        value={q}
        spellCheck={false}
        placeholder="An id, a lead's address, a domain"
        onChange={(event) => navigate({ to: "/feed", search: { q: event.target.value || undefined }, replace: true })}
      />
      {text ? <Found text={text} /> : <Newest />}
    </View>
  );
};

const Newest = () => {
  const running = useQuery(RUNNING);
  const newest = useQuery(NEWEST);
  const may = useMay("operate");
  useLiveQueries(["missions"], [RUNNING.queryKey, NEWEST.queryKey], 1_000);
  const error = running.error ?? newest.error;
  return (
    <>
      {error && <Failed error={error} onRetry={() => Promise.all([running.refetch(), newest.refetch()])} />}
      {running.data && running.data.items.length > 0 && (
        <Panel title="At work" flush>
          <List missions={running.data.items} />
        </Panel>
      )}
      <Panel title="Newest" flush>
        {!newest.data && !error && <SkeletonRows />}
        {newest.data?.items.length === 0 && (
          <Empty
            title="No missions yet"
            action={
              may && (
                <Link to="/" search={{ start: "lead_reactivation" }} className={buttonClasses("primary")}>
                  Start one
                </Link>
              )
            }
          >
            Each mission has its own page: what its agents did and when, what they wrote, and what came back.
          </Empty>
        )}
        {newest.data && <List missions={newest.data.items} />}
      </Panel>
    </>
  );
};

export const lazy = createLazyRoute("/in/feed")({ component: Latest });
