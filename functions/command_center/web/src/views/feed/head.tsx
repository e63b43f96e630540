import { Link } from "@tanstack/react-router";
import type { Mission } from "../../services/missions.ts";
import { classes } from "../../ui/classes.ts";
import { formatCount, formatDuration, formatMoney, formatName } from "../../ui/formats.ts";
import { IdChip } from "../../ui/id_chip.tsx";
import { Panel } from "../../ui/layout.tsx";
import { StateBadge, TONES, tokenOf } from "../../ui/state.tsx";
import { Lasting, Time } from "../../ui/time.tsx";
import { Facts } from "../shared/facts.tsx";

/** How many leads came to what, as one bar and in words. */
const Outcomes = ({ outcomes, leads }: Pick<Mission, "outcomes" | "leads">) => {
  if (leads === 0 || outcomes.length === 0) return null;
  return (
    <section aria-label="Leads by outcome" className="flex flex-col gap-2">
      <div aria-hidden className="flex h-2 gap-px overflow-hidden rounded-sm bg-sunken">
        {outcomes.map(({ outcome, reason, leads: count }) => (
          <div
            key={`${outcome} ${reason}`}
            style={{ width: `${(count / leads) * 100}%` }}
            className={classes(TONES[tokenOf(outcome).tone].fill)}
          />
        ))}
      </div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-13">
        {outcomes.map(({ outcome, reason, leads: count }) => (
          <li key={`${outcome} ${reason}`} className="inline-flex items-center gap-1.5">
            <StateBadge state={outcome} />
            <span>
              {formatCount(count)}
              {reason && <span className="text-soft"> ({formatName(reason).toLowerCase()})</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

const waits = ({ waiting_for: what, waiting_since: since, not_before: notBefore }: Mission) =>
  what && (
    <>
      {formatName(what)}
      {what === "not_before" && notBefore && (
        <>
          {" "}
          <Time at={notBefore} />
        </>
      )}
      {since && (
        <>
          , for <Lasting since={since} />
        </>
      )}
    </>
  );

export const MissionHead = ({ mission }: { readonly mission: Mission }) => (
  <Panel>
    <div className="flex flex-col gap-4 pt-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <StateBadge state={mission.state} />
        {mission.paused_at && <StateBadge state="paused" />}
        {mission.campaign?.paused_at && !mission.finished_at && <StateBadge state="paused" label="Its campaign is paused" />}
        <progress
          aria-label="Progress"
          max={100}
          value={mission.progress}
          className={classes("progress", TONES[tokenOf(mission.state).tone].ink)}
        />
        <span className="text-13 tabular-nums">{mission.progress} %</span>
        <IdChip id={mission.id} />
      </div>
      <div className="grid gap-x-8 gap-y-1 sm:grid-cols-2">
        <Facts
          of={[
            ["Went wrong", mission.error_code && formatName(mission.error_code)],
            ["Waits for", waits(mission)],
            [
              "Campaign",
              mission.campaign && (
                <Link key="campaign" to="/settings" search={{ section: "campaigns", open: mission.campaign.id }} className="link">
                  {mission.campaign.name}
                </Link>
              ),
            ],
            ["Crew", formatName(mission.crew)],
            ["Domains", mission.domains.map(({ domain }) => domain).join(", ")],
          ]}
        />
        <Facts
          of={[
            ["Created", <Time key="created" at={mission.created_at} />],
            ["Finished", mission.finished_at && <Time key="finished" at={mission.finished_at} />],
            ["In active stages", formatDuration(mission.active_seconds * 1_000)],
            [
              "Cost",
              `${formatMoney(mission.cost.nanos / 1e9)}${mission.cost.llm_tokens ? `, ${formatCount(mission.cost.llm_tokens)} tokens` : ""}`,
            ],
            ["Priority", mission.priority],
            ["Retries", mission.retry_count || null],
          ]}
        />
      </div>
      <Outcomes outcomes={mission.outcomes} leads={mission.leads} />
    </div>
  </Panel>
);
