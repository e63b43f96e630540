/** What a stage, a task or a kind of events was about: why it ended so, what went in and what came out. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Mission } from "../../services/missions.ts";
import { type MissionEvent, taskQuery } from "../../services/timeline.ts";
import { formatDuration, formatMoney, formatName } from "../../ui/formats.ts";
import { IdChip } from "../../ui/id_chip.tsx";
import { Json } from "../../ui/json.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Facts } from "../shared/facts.tsx";
import type { Row } from "./spans.ts";

const route = getRouteApi("/in/feed/$missionId");

/** What a task cost: its share of the run time the mission is charged for; null before anything is. */
export const costOf = (
  { task_ms: all, compute_nanos: nanos }: Pick<Mission["cost"], "task_ms" | "compute_nanos">,
  ms: number,
): string | null => {
  if (all <= 0) return null;
  const dollars = (ms * nanos) / all / 1e9;
  return dollars < 0.005 ? "under a cent" : formatMoney(dollars);
};

const TaskDetail = ({ row, mission }: { readonly row: Row; readonly mission: Mission }) => {
  const { data: task, error, refetch } = useQuery(taskQuery(row.id, `${row.state} ${row.end}`));
  if (error) return <Failed error={error} onRetry={refetch} />;
  if (task === undefined) return <SkeletonRows rows={3} />;
  if (task === null) return <p className="text-13 text-soft">This task is not here any more.</p>;
  const took = task.started_at && task.finished_at ? Date.parse(task.finished_at) - Date.parse(task.started_at) : null;
  return (
    <div className="flex flex-col gap-3">
      <Facts
        of={[
          ["Task", <IdChip key="id" id={task.id} />],
          ["State", formatName(task.state)],
          ["Error", task.error_code && formatName(task.error_code)],
          ["What was said", task.error],
          ["Retries", task.retry_count || null],
          ["Not before", task.not_before && <Time key="not" at={task.not_before} />],
          ["Started", task.started_at && <Time key="started" at={task.started_at} />],
          ["Took", took !== null && formatDuration(took)],
          ["Cost", took !== null && costOf(mission.cost, took)],
        ]}
      />
      {row.attempts && (
        <section aria-label="Tries">
          <h3 className="mb-1 text-13 text-soft">Tries</h3>
          <ol className="flex flex-col gap-1 text-13">
            {row.attempts.map(({ start, end, error: failure }) => (
              <li key={start} className="flex flex-wrap gap-x-3">
                <Time at={new Date(start).toISOString()} />
                <span>{end === null ? "goes on" : formatDuration(end - start)}</span>
                {failure && <span className="text-failed">{formatName(failure)}</span>}
              </li>
            ))}
          </ol>
        </section>
      )}
      <div className="grid gap-4 lg:grid-cols-2">
        <section aria-label="Input">
          <h3 className="text-13 text-soft">Input</h3>
          <Json value={task.input} />
        </section>
        <section aria-label="Output">
          <h3 className="text-13 text-soft">Output</h3>
          <Json value={task.output} />
        </section>
      </div>
    </div>
  );
};

const StageDetail = ({ row, mission }: { readonly row: Row; readonly mission: Mission }) => {
  const search = route.useSearch();
  const stage = mission.stages.find(({ version }) => `stage-${version}` === row.id);
  if (!stage) return null;
  return (
    <Facts
      of={[
        ["Began", <Time key="at" at={stage.at} />],
        ["By", stage.actor ? "a person" : "REX"],
        ["Through", formatName(stage.action)],
        ["Why", stage.reason && formatName(stage.reason)],
        [
          "Decision",
          stage.decision_id && (
            <Link
              key="decision"
              to="/feed/$missionId"
              params={{ missionId: mission.id }}
              search={{ ...search, decision: stage.decision_id }}
              className="link"
            >
              Why it was decided so
            </Link>
          ),
        ],
      ]}
    />
  );
};

const SHOWN = 50;

/** The newest of its kind, each leading to its message. */
const EventsDetail = ({ row, mission, events }: SpanDetailProps) => {
  const search = route.useSearch();
  const own = events.filter(({ kind }) => kind === row.state).sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <>
      <ul className="flex flex-col gap-1 text-13">
        {own.slice(0, SHOWN).map((event) => (
          <li key={event.id} className="flex flex-wrap items-center gap-x-3">
            <Time at={event.at} />
            <Link
              to="/feed/$missionId"
              params={{ missionId: mission.id }}
              search={{ ...search, part: "messages", message: event.outreach_id }}
              className="link"
            >
              {`The message, ${formatName(event.kind).toLowerCase()}`}
            </Link>
          </li>
        ))}
      </ul>
      {own.length > SHOWN && <p className="mt-2 text-13 text-soft">These are the newest {SHOWN}; all messages stand below.</p>}
    </>
  );
};

interface SpanDetailProps {
  readonly row: Row;
  readonly mission: Mission;
  readonly events: readonly MissionEvent[];
}

export const SpanDetail = ({ row, mission, events }: SpanDetailProps) => (
  <section aria-label={row.label} className="mx-2 mb-2 rounded-md border border-line px-4 py-3">
    {row.kind === "task" && <TaskDetail row={row} mission={mission} />}
    {row.kind === "stage" && <StageDetail row={row} mission={mission} />}
    {row.kind === "events" && <EventsDetail {...{ row, mission, events }} />}
  </section>
);
