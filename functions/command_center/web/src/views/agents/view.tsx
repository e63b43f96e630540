/** Every agent of every crew: what it does now, how well, and what it costs. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, useNavigate } from "@tanstack/react-router";
import { useLiveQueries } from "../../live/use_live.ts";
import { type Agent, agentsQuery, type Crew } from "../../services/agents.ts";
import { classes } from "../../ui/classes.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { formatCount, formatDuration, formatMoney, formatName, formatShare, inWords, plural } from "../../ui/formats.ts";
import { View } from "../../ui/layout.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Ago, Lasting } from "../../ui/time.tsx";
import { AgentTasks } from "./agent_tasks.tsx";

const route = getRouteApi("/in/agents");

const Figures = ({ agent }: { readonly agent: Agent }) => (
  <span className="mt-auto grid grid-cols-[1fr_1.3fr_1.3fr] gap-2 pt-1 text-12 text-soft">
    <span>
      <span className="block text-14 font-semibold text-ink">{formatShare(agent.success_rate)}</span>success
    </span>
    <span>
      <span className="block text-14 font-semibold text-ink">
        {agent.average_seconds === null ? "–" : formatDuration(agent.average_seconds * 1_000)}
      </span>
      on average
    </span>
    <span>
      <span className="block text-14 font-semibold text-ink">{formatMoney(agent.cost_micros_today / 1e6)}</span>
      cost today
    </span>
  </span>
);

export const Cell = ({ agent, onOpen }: { readonly agent: Agent; readonly onOpen: () => void }) => {
  const off = agent.status === "unavailable";
  return (
    <button
      type="button"
      onClick={onOpen}
      className={classes("panel flex w-full flex-col gap-2 p-4 text-left hover:border-edge", off && "bg-transparent")}
    >
      <span className="flex items-center justify-between gap-2">
        <span className="font-medium">{formatName(agent.agent)}</span>
        <StateBadge state={agent.status} />
      </span>
      <span className="text-12 text-soft">{agent.does}</span>
      {agent.reason && <span className="text-12 text-soft">{inWords(agent.reason)}</span>}
      {!off && (
        <>
          {agent.last_error_code && agent.last_error_at && (
            <span className="text-12 text-failed">
              {formatName(agent.last_error_code)}, <Ago at={agent.last_error_at} />
            </span>
          )}
          <Figures agent={agent} />
          <span className="text-12 text-soft">
            {agent.current ? (
              <>
                Batch {agent.current.batch}, for <Lasting since={agent.current.started_at} />
                {agent.running > 1 && `, and ${plural(agent.running - 1, "more task")}`}
              </>
            ) : (
              `${formatCount(agent.completed)} done, ${formatCount(agent.waiting)} waiting`
            )}
            {agent.tokens_today > 0 && ` · ${formatCount(agent.tokens_today)} tokens today`}
          </span>
        </>
      )}
    </button>
  );
};

/** What keeps agents of a crew from work, where it is the same for all whom anything keeps. */
const sharedReason = ({ agents }: Crew): string | null => {
  const reasons = new Set(agents.map(({ reason }) => reason).filter((reason) => reason !== null));
  return reasons.size === 1 ? ([...reasons][0] ?? null) : null;
};

const CrewGrid = ({ crew, onOpen }: { readonly crew: Crew; readonly onOpen: (agent: string) => void }) => {
  const shared = sharedReason(crew);
  return (
    <section aria-label={formatName(crew.crew)} className="flex flex-col gap-2">
      <h2 className="flex flex-wrap items-baseline gap-x-3 text-14">
        {formatName(crew.crew)}
        <span className="text-12 font-normal text-soft">
          {crew.held} of {plural(crew.slots, "slot")} taken{crew.waiting ? `, ${formatCount(crew.waiting)} waiting` : ""}
          {crew.paused && ", paused"} · {crew.missions.map(formatName).join(", ")}
        </span>
      </h2>
      {shared && <p className="text-12 text-soft">{inWords(shared)}</p>}
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(260px,100%),1fr))] gap-3">
        {crew.agents.map((agent) => (
          <li key={agent.agent} className="flex">
            <Cell agent={shared ? { ...agent, reason: null } : agent} onOpen={() => onOpen(agent.agent)} />
          </li>
        ))}
      </ul>
    </section>
  );
};

const Agents = () => {
  const { crew: named, agent, only } = route.useSearch();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(agentsQuery);
  const crew = named ?? data?.crews.find(({ agents }) => agents.some((each) => each.agent === agent))?.crew;
  useLiveQueries(["agents", "missions"], [agentsQuery.queryKey], 1_000);
  return (
    <View title="Agents">
      {error && <Failed error={error} onRetry={refetch} />}
      {!data && !error && <SkeletonRows rows={10} />}
      {data?.crews.map((each) => (
        <CrewGrid key={each.crew} crew={each} onOpen={(name) => navigate({ to: "/agents", search: { crew: each.crew, agent: name } })} />
      ))}
      {crew && agent && (
        <Dialog title={`${formatName(agent)}, ${formatName(crew)}`} wide onClose={() => navigate({ to: "/agents", search: {} })}>
          <AgentTasks
            key={`${crew} ${agent}`}
            crew={crew}
            agent={agent}
            failed={only === "failed"}
            onFailed={(failed) => navigate({ to: "/agents", search: { crew, agent, ...(failed && { only: "failed" }) }, replace: true })}
          />
        </Dialog>
      )}
    </View>
  );
};

export const lazy = createLazyRoute("/in/agents")({ component: Agents });
