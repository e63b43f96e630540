/** Is everything well, what happens, what to do next. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, Link } from "@tanstack/react-router";
import { useLiveQueries } from "../../live/use_live.ts";
import { heldQuery } from "../../services/outreach.ts";
import { type Status, statusQuery } from "../../services/status.ts";
import { buttonClasses } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { formatDuration } from "../../ui/formats.ts";
import { Panel, View } from "../../ui/layout.tsx";
import { StateIcon } from "../../ui/state.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { useNow } from "../../ui/time.tsx";
import { useDrawn } from "../../ui/use_drawn.ts";
import { Start } from "../start/start.tsx";
import { Attention } from "./attention.tsx";
import { Charts } from "./charts.tsx";
import { MissionStates } from "./mission_states.tsx";
import { Pool } from "./pool.tsx";
import { judge } from "./verdict.ts";

const route = getRouteApi("/in/");

const Uptime = ({ since, versions }: { readonly since: string; readonly versions: Status["versions"] }) => (
  <p className="text-13 text-faint">
    Up for {formatDuration(useNow(60_000) - Date.parse(since))} · REX {versions.rex}
  </p>
);

const WASH = { operational: "bg-completed-wash", degraded: "bg-escalated-wash", error: "bg-failed-wash" };

const VerdictLine = ({ status }: { readonly status: Status }) => {
  // What wants a person is read below, once this stands.
  const held = useQuery({ ...heldQuery, enabled: false }).data ?? [];
  const { verdict, reason, step } = judge(status, held.filter(({ waiting_for: what }) => what === "review").length);
  return (
    <section aria-label="Verdict" className={classes("flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg px-4 py-3", WASH[verdict])}>
      <p role="status" className="flex min-w-0 flex-1 basis-60 items-start gap-2 text-16">
        <span className="mt-1">
          <StateIcon state={verdict} size={16} />
        </span>
        <span>
          <strong className="font-semibold capitalize">{verdict}.</strong> {reason}
        </span>
      </p>
      {step && (
        <Link to={step.to} search={step.state ? { state: step.state } : {}} className={buttonClasses("plain")}>
          {step.label}
        </Link>
      )}
    </section>
  );
};

const Soon = ({ title, rows }: { readonly title: string; readonly rows: number }) => (
  <Panel title={title}>
    <SkeletonRows rows={rows} />
  </Panel>
);

/** What one looks for first is drawn first; what is read only then, and drawn from that, comes after it. */
const Shown = ({ status }: { readonly status: Status }) => {
  const drawn = useDrawn();
  return (
    <>
      <VerdictLine status={status} />
      <Start open={route.useSearch().start} />
      <div className="grid gap-4 lg:grid-cols-2">
        {drawn ? <MissionStates status={status} /> : <Soon title="Missions" rows={4} />}
        {drawn ? <Charts status={status} /> : <Soon title="Last 24 hours" rows={4} />}
      </div>
      {drawn && <Attention />}
      {drawn ? <Pool status={status} /> : <Soon title="Resource pool" rows={4} />}
      <Uptime since={status.started_at} versions={status.versions} />
    </>
  );
};

const Overview = () => {
  const { data: status, error, refetch } = useQuery(statusQuery);
  useLiveQueries(["missions", "domains", "analytics", "errors", "system"], [statusQuery.queryKey]);
  return (
    <View title="Overview">
      {error && <Failed error={error} onRetry={refetch} />}
      {status ? <Shown status={status} /> : !error && <SkeletonRows rows={8} />}
    </View>
  );
};

export const lazy = createLazyRoute("/in/")({ component: Overview });
