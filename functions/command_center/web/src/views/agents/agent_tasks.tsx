import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { accountQuery } from "../../services/account.ts";
import { agentTasksQuery, MOST_TASKS, TASKS_PAGE } from "../../services/agents.ts";
import { Checkbox } from "../../ui/field.tsx";
import { formatDuration, formatName, plural, shortenId } from "../../ui/formats.ts";
import { Older } from "../../ui/older.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

/** An agent's tasks, the newest first and older ones on demand; each leads to its place in the mission. */
interface AgentTasksProps {
  readonly crew: string;
  readonly agent: string;
  readonly failed: boolean;
  readonly onFailed: (failed: boolean) => void;
}

export const AgentTasks = ({ failed, onFailed, ...of }: AgentTasksProps) => (
  <div className="flex flex-col gap-3">
    <Checkbox label="Only those that went wrong" checked={failed} onChange={(event) => onFailed(event.target.checked)} />
    <Tasks key={String(failed)} failed={failed} {...of} />
  </div>
);

const Tasks = ({ crew, agent, failed }: Omit<AgentTasksProps, "onFailed">) => {
  const [count, setCount] = useState(TASKS_PAGE);
  const account = useQuery(accountQuery).data;
  const query = agentTasksQuery({ account: account?.user_id ?? "", crew, agent, failed, count });
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...query,
    enabled: account !== undefined,
    placeholderData: keepPreviousData,
  });
  useLiveQueries(["agents"], [query.queryKey], 1_000);
  if (error) return <Failed error={error} onRetry={refetch} />;
  if (!data) return <SkeletonRows />;
  if (data.tasks.length === 0)
    return failed ? (
      <Empty title="Nothing went wrong">A task that failed, or is tried again, stands here with what went wrong.</Empty>
    ) : (
      <Empty title="It has done nothing yet">Each task it does for a mission stands here, the newest first.</Empty>
    );
  return (
    <>
      <ul className="-mx-2 divide-y divide-line">
        {data.tasks.map((task) => (
          <li key={task.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-2 py-2 text-13">
            <span className="sm:w-24">
              <StateBadge state={task.state} />
            </span>
            <Link to="/feed/$missionId" params={{ missionId: task.mission_id }} search={{ span: task.id }} className="link">
              Batch {task.batch} of <span className="font-mono text-12">{shortenId(task.mission_id)}</span>
            </Link>
            {task.error_code && (
              <span className="min-w-0 break-words text-failed">
                {formatName(task.error_code)}
                {task.error && `: ${task.error}`}
              </span>
            )}
            {task.retry_count > 0 && <span className="text-soft">{plural(task.retry_count, "retry", "retries")}</span>}
            <span className="ml-auto text-soft">
              {task.started_at && task.finished_at && `${formatDuration(Date.parse(task.finished_at) - Date.parse(task.started_at))} · `}
              <Time at={task.started_at ?? task.created_at} />
            </span>
          </li>
        ))}
      </ul>
      {data.older && (
        <Older
          count={count}
          most={MOST_TASKS}
          busy={isPlaceholderData}
          onMore={() => setCount(count + TASKS_PAGE)}
          elsewhere="; older ones stand in the feed of their mission"
        />
      )}
    </>
  );
};
