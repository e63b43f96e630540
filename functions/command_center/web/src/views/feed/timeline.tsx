/** Stages and tasks on one time axis; a click shows what went in and came out. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useMemo, useState } from "react";
import { type Mission, missionTasksQuery } from "../../services/missions.ts";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/layout.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { useNow } from "../../ui/time.tsx";
import { Bar } from "./bar.tsx";
import { makeScale } from "./scale.ts";
import { SpanDetail } from "./span_detail.tsx";
import { flatten, type Row, stageRows, taskRows } from "./spans.ts";

const route = getRouteApi("/in/feed/$missionId");

/** The arrow keys go from row to row, as in a tree. */
const walk = (event: KeyboardEvent<HTMLElement>): void => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button[data-row]")];
  const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
};

const useRowsOf = (mission: Mission, onlyFailed: boolean) => {
  const tasks = useQuery(missionTasksQuery(mission.id));
  const rows = useMemo<Row[]>(
    () => [...stageRows(mission), ...taskRows(tasks.data?.items ?? [], onlyFailed)],
    [mission, tasks.data, onlyFailed],
  );
  return { rows, tasks };
};

/** Now, while something goes on; else the time of the last end. */
const useAxisEnd = (running: boolean): number => {
  const now = useNow(running ? 1_000 : Number.MAX_SAFE_INTEGER);
  return running ? now : Date.now();
};

export const Timeline = ({ mission }: { readonly mission: Mission }) => {
  const { span, only, ...rest } = route.useSearch();
  const navigate = useNavigate();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [folded, setFolded] = useState(true);
  const { rows, tasks } = useRowsOf(mission, only === "failed");
  const now = useAxisEnd(rows.some(({ end }) => end === null));
  const scale = useMemo(() => makeScale(rows, now, folded), [rows, now, folded]);
  const go = (search: { span?: string | undefined; only?: "failed" | undefined }): void =>
    void navigate({ to: "/feed/$missionId", params: { missionId: mission.id }, search: { ...rest, span, only, ...search }, replace: true });
  const choose = (row: Row): void => {
    if (row.kind !== "group") {
      go({ span: row.id === span ? undefined : row.id });
      return;
    }
    const next = new Set(open);
    if (!next.delete(row.id)) next.add(row.id);
    setOpen(next);
  };
  const shown = flatten(rows, open);
  const chosen = shown.find(({ id }) => id === span) ?? flatten(rows, new Set(rows.map(({ id }) => id))).find(({ id }) => id === span);
  const folds = scale.segments.some((segment) => segment.folded);
  return (
    <Panel
      title="Timeline"
      flush
      aside={
        <div className="flex flex-wrap gap-2">
          {(folds || !folded) && (
            <Button small look="quiet" aria-pressed={folded} onClick={() => setFolded(!folded)}>
              {folded ? "Show waits in full" : "Fold long waits"}
            </Button>
          )}
          <Button small look="quiet" aria-pressed={only === "failed"} onClick={() => go({ only: only ? undefined : "failed" })}>
            {only ? "Show all tasks" : "Only what failed"}
          </Button>
        </div>
      }
    >
      {tasks.error && <Failed error={tasks.error} onRetry={tasks.refetch} />}
      <ul onKeyDown={walk} className="px-2 pb-2">
        {shown.map((row) => (
          <li key={row.id}>
            <Bar row={row} scale={scale} now={now} chosen={row.id === span} open={open.has(row.id)} onChoose={() => choose(row)} />
            {row === chosen && <SpanDetail row={row} mission={mission} />}
          </li>
        ))}
      </ul>
      {chosen && !shown.includes(chosen) && <SpanDetail row={chosen} mission={mission} />}
      {!tasks.data && !tasks.error && <SkeletonRows rows={3} />}
      {tasks.data?.next && <p className="px-4 pb-3 text-13 text-soft">These are the newest 1,000 tasks.</p>}
    </Panel>
  );
};
