/** What a stage or a task was about: why it ended so, what went in and what came out. */
import { useQuery } from "@tanstack/react-query";
import type { Mission } from "../../services/missions.ts";
import { taskQuery } from "../../services/missions.ts";
import { formatDuration, formatName } from "../../ui/formats.ts";
import { IdChip } from "../../ui/id_chip.tsx";
import { Json } from "../../ui/json.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Facts } from "../shared/facts.tsx";
import type { Row } from "./spans.ts";

const TaskDetail = ({ row }: { readonly row: Row }) => {
  const { data: task, error, refetch } = useQuery(taskQuery(row.id, `${row.state} ${row.end}`));
  if (error) return <Failed error={error} onRetry={refetch} />;
  if (task === undefined) return <SkeletonRows rows={3} />;
  if (task === null) return <p className="text-13 text-soft">This task is not here any more.</p>;
  return (
    <div className="flex flex-col gap-3">
      <Facts
        of={[
          ["Task", <IdChip key="id" id={task.id} />],
          ["State", formatName(task.state)],
          ["Error", task.error_code && formatName(task.error_code)],
          ["What was said", task.error],
          ["Tried again", task.retry_count || null],
          ["Not before", task.not_before && <Time key="not" at={task.not_before} />],
          ["Started", task.started_at && <Time key="started" at={task.started_at} />],
          ["Took", task.started_at && task.finished_at && formatDuration(Date.parse(task.finished_at) - Date.parse(task.started_at))],
        ]}
      />
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
  const stage = [...mission.stages].sort((a, b) => a.version - b.version)[Number(row.id.replace("stage-", ""))];
  if (!stage) return null;
  return (
    <Facts
      of={[
        ["Began", <Time key="at" at={stage.at} />],
        ["By", stage.actor ? "a person" : "REX"],
        ["Through", formatName(stage.action)],
        ["Why", stage.reason && formatName(stage.reason)],
        ["Decision", stage.decision_id && <IdChip key="decision" id={stage.decision_id} />],
      ]}
    />
  );
};

export const SpanDetail = ({ row, mission }: { readonly row: Row; readonly mission: Mission }) => (
  <section aria-label={row.label} className="mx-2 mb-2 rounded-md border border-line px-4 py-3">
    {row.kind === "task" ? <TaskDetail row={row} /> : <StageDetail row={row} mission={mission} />}
  </section>
);
