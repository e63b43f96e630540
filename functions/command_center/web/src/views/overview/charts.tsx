/** The last 24 hours by the hour: what was completed, how much of it well, how long the queue waited, and what was sent. */
import { useQuery } from "@tanstack/react-query";
import { useLiveQueries } from "../../live/use_live.ts";
import { type Analytics, analyticsQuery } from "../../services/analytics.ts";
import { type QueueAge, queueAgesQuery, type Status } from "../../services/status.ts";
import { formatCount, formatDuration, formatMoney, formatShare } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import type { Tone } from "../../ui/state.tsx";
import { Failed } from "../../ui/states.tsx";
import { hourly } from "./hours.ts";

interface FigureProps {
  readonly name: string;
  readonly now: string;
  readonly values: readonly (number | null)[];
  readonly tone?: Tone;
  readonly bars?: boolean;
  readonly top?: number;
}

const Figure = ({ name, now, values, ...look }: FigureProps) => (
  <div className="flex min-w-0 flex-col gap-1">
    <p className="text-12 text-soft">{name}</p>
    <p className="text-20 font-semibold">{now}</p>
    <Sparkline values={values} label={`${name} of each of the last 24 hours; now ${now}`} {...look} />
  </div>
);

interface FiguresProps {
  readonly status: Status;
  readonly history: Analytics["history"];
  readonly queue: readonly QueueAge[];
}

const Figures = ({ status, history, queue }: FiguresProps) => {
  const day = status.last_24_hours;
  const hours = hourly(history);
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3">
      <Figure name="Missions completed" now={formatCount(day?.completed ?? 0)} values={hours.completed} tone="completed" bars />
      <Figure name="Success rate" now={formatShare(day?.success_rate ?? null)} values={hours.success} tone="completed" top={1} />
      <Figure
        name="Queue age"
        now={status.queue_age_seconds === null ? "No wait" : formatDuration(status.queue_age_seconds * 1_000)}
        values={queue.map(({ seconds }) => seconds)}
        tone="escalated"
      />
      <Figure name="Messages sent" now={formatCount(day?.sent ?? 0)} values={hours.sent} tone="active" bars />
      <Figure name="Replies" now={formatCount(day?.replies ?? 0)} values={hours.replies} tone="collecting" bars />
      <Figure name="Cost" now={formatMoney((day?.cost_nanos ?? 0) / 1e9)} values={hours.cost} tone="queued" bars />
    </div>
  );
};

export const Charts = ({ status }: { readonly status: Status }) => {
  const { data, error, refetch } = useQuery(analyticsQuery);
  const queue = useQuery(queueAgesQuery).data ?? [];
  useLiveQueries(["analytics"], [analyticsQuery.queryKey], 5_000);
  return (
    <Panel title="Last 24 hours">
      {error ? <Failed error={error} onRetry={refetch} /> : <Figures status={status} history={data?.history ?? []} queue={queue} />}
    </Panel>
  );
};
