/** Who must not be written to: found, added one by one or from a file, and taken along as a file. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useLiveQueries } from "../../live/use_live.ts";
import { download } from "../../services/http.ts";
import { liftSuppression, type Suppression, suppressionsQuery } from "../../services/suppressions.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { formatName } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { useSettled } from "../../ui/use_settled.ts";
import { AddSuppressions } from "./add_suppressions.tsx";

const Row = ({ row, may }: { readonly row: Suppression; readonly may: boolean }) => {
  const client = useQueryClient();
  const lift = useAction({
    run: liftSuppression,
    done: () => "It may be written to again.",
    after: () => client.invalidateQueries({ queryKey: ["suppressions"] }),
  });
  const name = row.address ?? `${row.address_hash.slice(0, 12)}…`;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-13">
      <span className="min-w-0 flex-1 basis-52 break-words">{name}</span>
      <span className="text-soft max-sm:flex-1">
        {formatName(row.channel)} · {formatName(row.reason)} · <Time at={row.created_at} />
      </span>
      {may && row.can_be_lifted && (
        <Button small busy={lift.busy} aria-label={`Lift the suppression of ${name}`} onClick={() => lift.start(row)}>
          Lift
        </Button>
      )}
    </li>
  );
};

export const Suppressions = ({ search, after }: { readonly search: string; readonly after: string | undefined }) => {
  const settled = useSettled(search);
  const { data, error, refetch } = useQuery({ ...suppressionsQuery(settled, after), placeholderData: keepPreviousData });
  const navigate = useNavigate();
  const may = useMay("operate");
  useLiveQueries(["system"], [["suppressions"]]);
  const turn = (to: string | undefined): void =>
    void navigate({ to: "/settings", search: { section: "suppressions", ...(search && { q: search }), ...(to && { after: to }) } });
  const save = useAction({ run: (_: null) => download("/suppressions", "suppressions.csv") });
  return (
    <>
      {may && (
        <Panel title="Add">
          <AddSuppressions />
        </Panel>
      )}
      <Panel
        title="Suppressed"
        flush
        aside={
          <Button small busy={save.busy} icon={<Download aria-hidden size={14} />} onClick={() => save.start(null)}>
            Export as CSV
          </Button>
        }
      >
        <div className="px-4 pb-3">
          <Field
            label="Search"
            type="search"
            value={search}
            placeholder="A whole address, or how a lead's begins"
            onChange={(event) =>
              navigate({ to: "/settings", search: { section: "suppressions", q: event.target.value || undefined }, replace: true })
            }
          />
        </div>
        {error && <Failed error={error} onRetry={refetch} />}
        {!data && !error && <SkeletonRows rows={4} />}
        {data?.items.length === 0 && (
          <Empty title={search ? "Nobody like that is suppressed" : "Nobody is suppressed yet"}>
            Whoever unsubscribes, complains or bounces comes here by itself; add those you know of yourself.
          </Empty>
        )}
        <ul className="divide-y divide-line border-t border-line empty:hidden">
          {data?.items.map((row) => (
            <Row key={row.channel + row.address_hash} row={row} may={may} />
          ))}
        </ul>
        <Pager
          later={after !== undefined}
          onFirst={() => turn(undefined)}
          onNext={data?.next ? () => turn(data.next ?? undefined) : null}
        />
      </Panel>
    </>
  );
};
