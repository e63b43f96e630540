/** The rows of a mission's timeline, kept up to date: its stages, its newest tasks and older ones on demand, and what happened to its messages. */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useLiveRows } from "../../live/use_live.ts";
import type { Mission } from "../../services/missions.ts";
import { attemptsQuery, EVENTS_PAGE, eventsQuery, missionTasksQuery } from "../../services/timeline.ts";
import { attemptsOf, eventRows, type Row, stageRows, taskRows } from "./spans.ts";

/** So many tasks are read without being asked for. */
const FIRST = 500;
/** From so many on they are read again less often. */
const MANY = 1_000;
const [QUICK, SLOW] = [500, 5_000];

export const useTimeline = (mission: Mission, onlyFailed: boolean) => {
  const { id } = mission;
  const client = useQueryClient();
  const [count, setCount] = useState(EVENTS_PAGE);
  const tasks = useInfiniteQuery(missionTasksQuery(id));
  const events = useQuery({ ...eventsQuery(id, count), placeholderData: keepPreviousData });
  const items = useMemo(() => tasks.data?.pages.flatMap((page) => page.items) ?? [], [tasks.data]);
  const retried = items.some(({ retry_count }) => retry_count > 0);
  const { data: steps } = useQuery({ ...attemptsQuery(id), enabled: retried });
  const slow = items.length > MANY;
  useLiveRows({
    channels: ["missions", "agents", "errors"],
    idOf: (message) => (message.mission_id === id ? id : null),
    gap: slow ? SLOW : QUICK,
    read: () =>
      Promise.all(
        ["tasks", "attempts", "events"].map((part) =>
          client.refetchQueries({ queryKey: ["missions", part, id], type: "active" }, { throwOnError: true }),
        ),
      ),
  });
  const { hasNextPage, isFetching, isError, fetchNextPage } = tasks;
  const wanted = hasNextPage && items.length < FIRST && !isFetching && !isError;
  useEffect(() => {
    if (wanted) void fetchNextPage();
  }, [wanted, fetchNextPage]);
  const rows = useMemo<Row[]>(
    () => [
      ...stageRows(mission),
      ...taskRows(items, onlyFailed, steps && attemptsOf(steps)),
      ...(onlyFailed ? [] : eventRows(events.data?.items ?? [], events.data?.older)),
    ],
    [mission, items, steps, events.data, onlyFailed],
  );
  return {
    rows,
    events: events.data?.items ?? [],
    slow,
    loaded: items.length,
    loading: tasks.isPending,
    error: tasks.error ?? events.error,
    again: () => void Promise.all([tasks.refetch(), events.refetch()]),
    olderTasks: hasNextPage && !wanted ? () => void fetchNextPage() : null,
    olderEvents: events.data?.older ? () => setCount(count + EVENTS_PAGE) : null,
    busy: isFetching || events.isFetching,
  };
};
