/** Stages, tasks and events on one time axis; a click shows what went in and came out. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Mission } from "../../services/missions.ts";
import { taskQuery } from "../../services/timeline.ts";
import { Button } from "../../ui/button.tsx";
import { formatCount } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { useNow } from "../../ui/time.tsx";
import { isWhole, type Window, zoomed } from "./axis.ts";
import { AxisRow } from "./axis_row.tsx";
import { Brush } from "./brush.tsx";
import { Rows } from "./rows.tsx";
import { makeScale } from "./scale.ts";
import { SpanDetail } from "./span_detail.tsx";
import { flatten, groupWith, type Row, taskRow, within } from "./spans.ts";
import { useTimeline } from "./use_timeline.ts";

const route = getRouteApi("/in/feed/$missionId");
const CALM = 250;
const TASK_ID = /^[0-9a-f-]{36}$/;

type Place = Partial<ReturnType<typeof route.useSearch>>;

/** Changes the address; with `calm` a quarter of a second after the last change, so that keys held down are one. */
const useGo = (missionId: string) => {
  const navigate = useNavigate();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (to: Place, calm = false): void => {
    clearTimeout(timer.current);
    const go = () =>
      void navigate({
        to: "/feed/$missionId",
        params: { missionId },
        search: (is) => ({ ...is, ...to }),
        replace: true,
        resetScroll: false,
      });
    if (calm) timer.current = setTimeout(go, CALM);
    else go();
  };
};

/** Now, and the end of the axis, which waits behind it so that what has ended need not be drawn again each second. */
const useClock = (rows: readonly Row[]): { now: number; end: number } => {
  const running = rows.some(({ end }) => end === null);
  const ticking = useNow(running ? 1_000 : Number.MAX_SAFE_INTEGER);
  const now = running ? ticking : 0;
  const first = Math.min(...rows.map(({ start }) => start));
  const grain = Math.max(1_000, (now - first) * 0.02);
  return { now, end: running ? Math.ceil(now / grain) * grain : now };
};

/** The part of the axis that is looked at; while one moves it by keys it is ahead of the address. */
const useWindow = (scale: ReturnType<typeof makeScale>, go: ReturnType<typeof useGo>) => {
  const { from, to } = route.useSearch();
  const [ahead, setAhead] = useState<Window | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address has caught up
  useEffect(() => setAhead(null), [from, to]);
  const told: Window = from !== undefined && to !== undefined && from < to ? [scale.x(from), scale.x(to)] : [0, 1];
  const change = (part: Window, calm: boolean): void => {
    setAhead(part);
    const times = isWhole(part) ? [undefined, undefined] : part.map((place) => Math.round(scale.time(place)));
    go({ from: times[0], to: times[1] }, calm);
  };
  return { part: ahead ?? told, change };
};

export const Timeline = ({ mission }: { readonly mission: Mission }) => {
  const { span, only } = route.useSearch();
  const go = useGo(mission.id);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [folded, setFolded] = useState(true);
  const line = useTimeline(mission, only === "failed");
  const { rows } = line;
  const { now, end } = useClock(rows);
  const all = useMemo(() => makeScale(rows, end, folded), [rows, end, folded]);
  const { part, change } = useWindow(all, go);
  const [left, right] = part;
  const scale = useMemo(() => zoomed(all, all.time(left), all.time(right)), [all, left, right]);
  const around = groupWith(rows, span);
  const open = around ? new Set([...opened, around]) : opened;
  const shown = within(flatten(rows, open), all.time(left), isWhole(part) ? Number.POSITIVE_INFINITY : all.time(right));
  const choose = (row: Row): void => {
    if (row.kind !== "group") {
      go({ span: row.id === span ? undefined : row.id });
      return;
    }
    const next = new Set(open);
    if (!next.delete(row.id)) next.add(row.id);
    setOpened(next);
    if (row.id === around) go({ span: undefined });
  };
  const far = span !== undefined && TASK_ID.test(span) && !line.loading && !shown.some(({ id }) => id === span);
  const { data: task } = useQuery({ ...taskQuery(span ?? "", "linked"), enabled: far });
  const folds = all.segments.some((segment) => segment.folded);
  const detail = (row: Row) => <SpanDetail row={row} mission={mission} events={line.events} />;
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
      {line.error && <Failed error={line.error} onRetry={line.again} />}
      <div className="flex flex-col gap-1 px-2 pb-1">
        <Brush rows={rows} scale={all} part={part} onChange={change} />
        <AxisRow scale={scale} />
      </div>
      {far && task?.mission_id === mission.id && detail(taskRow(task))}
      <div className="px-2">
        <Rows
          {...{ rows: shown, scale, now, span, open, detail }}
          onChoose={choose}
          onReach={(row) => span !== undefined && row.kind !== "group" && go({ span: row.id }, true)}
        />
      </div>
      {line.loading && <SkeletonRows rows={3} />}
      <div className="flex flex-wrap items-center gap-2 px-4 pb-3 empty:hidden">
        {line.olderTasks && (
          <Button small busy={line.busy} onClick={line.olderTasks}>
            Show older tasks
          </Button>
        )}
        {line.olderEvents && (
          <Button small busy={line.busy} onClick={line.olderEvents}>
            Show older events
          </Button>
        )}
        {line.olderTasks && <p className="text-13 text-soft">{`The newest ${formatCount(line.loaded)} tasks stand here.`}</p>}
        {line.slow && <p className="text-13 text-soft">They are so many that they are brought up to date every five seconds.</p>}
      </div>
    </Panel>
  );
};
