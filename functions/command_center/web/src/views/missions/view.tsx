/** All missions: found, sorted, watched, and acted on one by one or many at once. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { missionCountQuery } from "../../services/missions.ts";
import { useMay } from "../../session/use_account.ts";
import { Button, buttonClasses } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { formatCapped, formatCount } from "../../ui/formats.ts";
import { Panel, View } from "../../ui/layout.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { BulkBar } from "./bulk_bar.tsx";
import { columns } from "./columns.tsx";
import { SavedViews } from "./saved_views.tsx";
import { filterOf, parseSearch, type Search, writeSearch } from "./search.ts";
import { SearchField } from "./search_field.tsx";
import { none, type Selection, toggle } from "./selection.ts";
import { useRows } from "./use_rows.ts";

const route = getRouteApi("/in/missions");

const SORTS = [
  ["-created_at", "Newest first"],
  ["created_at", "Oldest first"],
  ["-stage_at", "Changed last"],
  ["-priority", "Most urgent first"],
] as const;

/** The filter is made once for each search, so that "today" stays the same while one looks. */
const useFilter = (search: Search) => {
  const text = JSON.stringify(search);
  return useMemo(() => filterOf(JSON.parse(text) as Search, new Date()), [text]);
};

const Missions = () => {
  const search = route.useSearch();
  const navigate = useNavigate();
  const may = useMay("operate");
  const filter = useFilter(search);
  const [selection, setSelection] = useState<Selection>(none);
  const { rows, aside, waiting, hasMore, error, loading, more, show, afresh, again } = useRows(filter, selection.ids);
  const count = useQuery(missionCountQuery(filter)).data?.missions;
  const filtered = writeSearch(search) !== "";
  const total = count === undefined ? "" : formatCapped(count);
  const go = (to: Search, replace = false): void => {
    setSelection(none);
    void navigate({ to: "/missions", search: { sort: search.sort, view: search.view, ...to }, replace });
  };
  const type = (to: Search): void => go(to, true);
  // Columns stay the same while rows change, so that only changed rows are drawn again.
  const latest = useRef(rows);
  latest.current = rows;
  const shown = useMemo(
    () =>
      columns({
        may,
        chosen: selection.ids,
        onToggle: (id, range) => setSelection((before) => toggle(before, latest.current, id, range)),
        onShow: show,
      }),
    [may, selection.ids, show],
  );
  return (
    <View
      title="Missions"
      actions={
        may && (
          <Link to="/" search={{ start: "lead_reactivation" }} className={buttonClasses("primary")}>
            New mission
          </Link>
        )
      }
    >
      <SavedViews search={search} onGo={go} />
      <div className="grid gap-3 sm:grid-cols-[1fr_200px]">
        <SearchField search={search} onGo={go} onType={type} />
        <Select label="Sort" value={search.sort ?? "-created_at"} onChange={(event) => go({ ...search, sort: event.target.value })}>
          {SORTS.map(([sort, label]) => (
            <option key={sort} value={sort}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      {waiting > 0 && (
        <Button small className="self-start" icon={<RefreshCw aria-hidden size={14} />} onClick={afresh}>
          {waiting > 99 ? "99+" : waiting} new
        </Button>
      )}
      <BulkBar {...{ rows, aside, total, hasMore, filter, selection }} onSelect={setSelection} onShow={show} onDone={afresh} />
      {error !== null && <Failed error={error} onRetry={again} />}
      <Panel flush>
        {rows.length > 0 && (
          <Table label="Missions" columns={shown} rows={rows} rowId={idOf} onEnd={more} {...(count !== undefined && { total: count })} />
        )}
        {loading && rows.length === 0 && <SkeletonRows rows={8} />}
        {!loading && !error && rows.length === 0 && (
          <Empty
            title={filtered ? "No mission is like that" : "No missions yet"}
            action={
              filtered ? (
                <Button onClick={() => go({ ...NOTHING, sort: search.sort })}>Show all missions</Button>
              ) : (
                may && (
                  <Link to="/" search={{ start: "lead_reactivation" }} className={buttonClasses()}>
                    Start your first one
                  </Link>
                )
              )
            }
          >
            {filtered
              ? "Try fewer words or filters: an id or its beginning, a lead's whole address, a domain, or part of a campaign's name."
              : "A mission is one piece of work for the crew: say whom you want to hear from again, and follow it here."}
          </Empty>
        )}
      </Panel>
      <p role="status" className="text-13 text-faint">
        {rows.length > 0 && `${formatCount(rows.length)} shown${hasMore ? `${total && ` of ${total}`}, more as you scroll` : ""}`}
      </p>
    </View>
  );
};

/** Every part of a search, empty. */
const NOTHING: Search = { ...parseSearch(""), view: undefined };

const idOf = ({ id }: { readonly id: string }): string => id;

export const lazy = createLazyRoute("/in/missions")({ component: Missions });
