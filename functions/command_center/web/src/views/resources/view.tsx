/** What missions draw on, who holds it, and who waits for it. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, Link } from "@tanstack/react-router";
import { useLiveQueries } from "../../live/use_live.ts";
import { accountQuery } from "../../services/account.ts";
import { type MissionRow, missionsQuery } from "../../services/missions.ts";
import { heldDomainsQuery, MOST_RESERVATIONS, type Reservations, reservationsQuery } from "../../services/reservations.ts";
import { type Status, statusQuery } from "../../services/status.ts";
import { formatCount, formatMoney, formatName, shortenId } from "../../ui/formats.ts";
import { Panel, View } from "../../ui/layout.tsx";
import { Meter } from "../../ui/meter.tsx";
import { MovingList } from "../../ui/moving_list.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Term } from "../../ui/term.tsx";
import { Lasting, Time, Until, useNow } from "../../ui/time.tsx";
import { quotaAt } from "../shared/quota.ts";
import { HeldDomains } from "./held_domains.tsx";

const MOST_WAITING = 50;
const QUEUED = missionsQuery({ state: "QUEUED", sort: "created_at" }, MOST_WAITING);

const Cut = ({ most, of, state }: { readonly most: number; readonly of: string; readonly state?: string }) => (
  <p className="px-4 py-2 text-13 text-soft">
    Only the oldest {most} {of} stand here.{" "}
    <Link to="/missions" search={state ? { state } : {}} className="link">
      See all missions
    </Link>
  </p>
);

const MissionLink = ({ id, name }: { readonly id: string; readonly name: string }) => (
  <Link to="/feed/$missionId" params={{ missionId: id }} className="link">
    {name} <span className="font-mono text-12">{shortenId(id)}</span>
  </Link>
);

const Crews = ({ crews }: Pick<Status, "crews">) => (
  <Panel title="Crews">
    <ul className="flex flex-col gap-3">
      {crews.map(({ crew, held, slots, waiting, paused, exhausted_at }) => (
        <li key={crew} className="flex flex-col gap-1">
          <Meter
            label={formatName(crew)}
            used={held}
            of={slots}
            unit="slots"
            {...(waiting ? { note: `${formatCount(waiting)} waiting` } : {})}
          />
          {(paused || exhausted_at) && (
            <p className="flex flex-wrap items-center gap-2 text-12 text-soft">
              {paused && <StateBadge state="paused" />}
              {exhausted_at && (
                <span>
                  all slots taken for <Lasting since={exhausted_at} />
                </span>
              )}
            </p>
          )}
        </li>
      ))}
    </ul>
  </Panel>
);

const Quotas = ({ quotas, reasoner }: Pick<Status, "quotas" | "reasoner">) => {
  const now = useNow();
  return (
    <Panel title="Quotas">
      <ul className="flex flex-col gap-3">
        {quotas
          .map((quota) => quotaAt(quota, now))
          .map(({ provider, used, reserved, limit, resets_at }) => (
            <li key={provider}>
              <Meter
                label={`${formatName(provider)}, calls of this minute`}
                used={used + reserved}
                of={limit}
                unit={reserved ? `(${formatCount(reserved)} reserved)` : ""}
                note={<Until at={resets_at} />}
              />
            </li>
          ))}
        <li>
          <Meter
            label={
              <Term means="What the language model may be asked in a day about failures that no rule knows.">
                Reasoner, tokens of today
              </Term>
            }
            used={reasoner.tokens}
            of={reasoner.tokens_limit}
            unit=""
            note={<Until at={reasoner.resets_at} />}
          />
        </li>
        <li>
          <Meter
            label="Reasoner, cost of today"
            used={reasoner.cost_micros}
            of={reasoner.cost_micros_limit}
            unit=""
            format={(micros) => formatMoney(micros / 1e6)}
          />
        </li>
      </ul>
    </Panel>
  );
};

const Held = ({ reservations: { items, cut } }: { readonly reservations: Reservations }) => (
  <Panel title="Reservations" flush>
    {items.length === 0 && <Empty title="Nothing is reserved">A mission at work holds a slot of its crew and a share of the quota.</Empty>}
    <MovingList className="divide-y divide-line">
      {items.map(({ mission, taken_at, llm_calls_per_minute: calls }) => (
        <li key={mission.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
          <MissionLink id={mission.id} name={formatName(mission.type)} />
          <span className="text-soft">a slot of {formatName(mission.crew)}</span>
          {calls > 0 && <span className="text-soft">{formatCount(calls)} calls a minute</span>}
          <StateBadge state={mission.state} />
          <span className="ml-auto text-faint">
            for <Lasting since={taken_at} />
          </span>
        </li>
      ))}
    </MovingList>
    {cut && <Cut most={MOST_RESERVATIONS} of="reservations" />}
  </Panel>
);

const Why = ({ mission: { paused_at: pausedAt, waiting_for: what, not_before: notBefore } }: { readonly mission: MissionRow }) => {
  if (pausedAt) return <>paused</>;
  if (what === "not_before" && notBefore)
    return (
      <>
        begins <Time at={notBefore} />
      </>
    );
  return <>{what ? `waits for ${formatName(what).toLowerCase()}` : "about to be looked at"}</>;
};

export const Waiting = ({ missions, cut }: { readonly missions: readonly MissionRow[]; readonly cut: boolean }) => (
  <Panel title="Waiting" flush>
    {missions.length === 0 && <Empty title="Nothing waits">A mission that cannot be served says here for what, and since when.</Empty>}
    <MovingList className="divide-y divide-line">
      {missions.map((mission) => (
        <li key={mission.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
          <MissionLink id={mission.id} name={formatName(mission.type)} />
          <span>
            <Why mission={mission} />
          </span>
          <span className="ml-auto text-faint">
            for <Lasting since={mission.waiting_since ?? mission.stage_at} />
          </span>
        </li>
      ))}
    </MovingList>
    {cut && <Cut most={MOST_WAITING} of="waiting missions" state="QUEUED" />}
  </Panel>
);

const Resources = () => {
  const { data: status, error, refetch } = useQuery(statusQuery);
  const account = useQuery(accountQuery).data;
  const reservations = useQuery({ ...reservationsQuery(account?.user_id ?? ""), enabled: account !== undefined });
  const held = useQuery({ ...heldDomainsQuery(account?.user_id ?? ""), enabled: account !== undefined });
  const queued = useQuery(QUEUED);
  useLiveQueries(
    ["missions", "domains", "analytics", "system"],
    [statusQuery.queryKey, ["reservations"], ["domains", "held"], QUEUED.queryKey],
    500,
  );
  return (
    <View title="Resources">
      {error && <Failed error={error} onRetry={refetch} />}
      {!status && !error && <SkeletonRows rows={8} />}
      {status && (
        <div className="grid gap-4 lg:grid-cols-2">
          <Crews crews={status.crews} />
          <Quotas quotas={status.quotas} reasoner={status.reasoner} />
        </div>
      )}
      {reservations.error && <Failed error={reservations.error} onRetry={reservations.refetch} />}
      {reservations.data && <Held reservations={reservations.data} />}
      {held.error && <Failed error={held.error} onRetry={held.refetch} />}
      {held.data && <HeldDomains domains={held.data.items} cut={held.data.cut} />}
      {queued.error && <Failed error={queued.error} onRetry={queued.refetch} />}
      {queued.data && <Waiting missions={queued.data.items} cut={queued.data.next !== null} />}
    </View>
  );
};

export const lazy = createLazyRoute("/in/resources")({ component: Resources });
