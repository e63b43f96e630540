/** What happened to a domain, the newest first and older ones on demand. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type DomainEvent, domainEventsQuery, domainNamesQuery } from "../../services/domains.ts";
import { formatName } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Older } from "../../ui/older.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { When } from "../../ui/time.tsx";
import { replacementsOf } from "./health.ts";

const PAGE = 10;
const MOST = 500;

interface EventsProps {
  readonly domainId: string;
  readonly title: string;
  readonly none: string;
  /** Only these; without it all. */
  readonly actions?: readonly string[];
}

const Replacements = ({ ids }: { readonly ids: readonly string[] }) => {
  const names = useQuery({ ...domainNamesQuery(ids), enabled: ids.length > 0 }).data;
  if (ids.length === 0) return null;
  return (
    <span className="min-w-0 break-words text-soft">
      replaced by{" "}
      {ids.map((id, at) => (
        <span key={id}>
          {at > 0 && ", "}
          <Link to="/domains" search={{ domain: id }} className="link">
            {names?.get(id) ?? "a domain"}
          </Link>
        </span>
      ))}
    </span>
  );
};

const Event = ({ event }: { readonly event: DomainEvent }) => (
  <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-13">
    <When at={event.at} />
    <span className="font-medium">{formatName(event.action)}</span>
    {event.to_state && <span className="text-soft">now {formatName(event.to_state).toLowerCase()}</span>}
    {event.reason && <span className="min-w-0 break-words text-soft">{formatName(event.reason)}</span>}
    <Replacements ids={replacementsOf(event)} />
    {event.mission_id && (
      <Link to="/feed/$missionId" params={{ missionId: event.mission_id }} className="link">
        Mission
      </Link>
    )}
  </li>
);

export const Events = ({ domainId, title, none, actions = [] }: EventsProps) => {
  const [count, setCount] = useState(PAGE);
  const query = useQuery({ ...domainEventsQuery(domainId, count, actions), placeholderData: keepPreviousData });
  const { data, error, refetch, isPlaceholderData } = query;
  return (
    <Panel title={title} flush>
      {error && <Failed error={error} onRetry={refetch} />}
      {!data && !error && <SkeletonRows rows={2} />}
      {data?.events.length === 0 && <p className="px-4 pb-3 text-13 text-soft">{none}</p>}
      <ol className="divide-y divide-line">
        {data?.events.map((event) => (
          <Event key={event.id} event={event} />
        ))}
      </ol>
      {data?.older && (
        <div className="px-4 py-2">
          <Older count={count} most={MOST} busy={isPlaceholderData} onMore={() => setCount(count + 5 * PAGE)} />
        </div>
      )}
    </Panel>
  );
};
