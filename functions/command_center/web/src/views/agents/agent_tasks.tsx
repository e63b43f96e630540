import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { accountQuery } from "../../services/account.ts";
import { agentTasksQuery, MOST_TASKS, TASKS_PAGE } from "../../services/agents.ts";
import { Button } from "../../ui/button.tsx";
import { formatDuration, formatName, shortenId } from "../../ui/formats.ts";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";

/** An agent's tasks, the newest first and older ones on demand; each leads to its place in the mission. */
export const AgentTasks = ({ crew, agent }: { readonly crew: string; readonly agent: string }) => {
  const [count, setCount] = useState(TASKS_PAGE);
  const account = useQuery(accountQuery).data;
  const query = agentTasksQuery(account?.user_id ?? "", crew, agent, count);
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...query,
    enabled: account !== undefined,
    placeholderData: keepPreviousData,
  });
  useLiveQueries(["agents"], [query.queryKey], 1_000);
  if (error) return <Failed error={error} onRetry={refetch} />;
  if (!data) return <SkeletonRows />;
  if (data.tasks.length === 0)
    return <Empty title="It has done nothing yet">Each task it does for a mission stands here, the newest first.</Empty>;
  return (
    <>
      <ul className="-mx-2 divide-y divide-line">
        {data.tasks.map((task) => (
          <li key={task.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-2 py-2 text-13">
            <StateBadge state={task.state} />
            <Link to="/feed/$missionId" params={{ missionId: task.mission_id }} search={{ span: task.id }} className="link">
              Batch {task.batch} of <span className="font-mono text-12">{shortenId(task.mission_id)}</span>
            </Link>
            {task.error_code && <span className="text-failed">{formatName(task.error_code)}</span>}
            {task.retry_count > 0 && <span className="text-soft">tried again {task.retry_count} times</span>}
            <span className="ml-auto text-soft">
              {task.started_at && task.finished_at && `${formatDuration(Date.parse(task.finished_at) - Date.parse(task.started_at))} · `}
              <Time at={task.started_at ?? task.created_at} />
            </span>
          </li>
        ))}
      </ul>
      {data.older &&
        (count < MOST_TASKS ? (
          <Button small busy={isPlaceholderData} onClick={() => setCount(count + TASKS_PAGE)}>
            Show older
          </Button>
        ) : (
          <p className="text-13 text-soft">Only the newest {MOST_TASKS} stand here; older ones stand in the feed of their mission.</p>
        ))}
    </>
  );
};
