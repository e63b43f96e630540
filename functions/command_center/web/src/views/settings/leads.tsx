/** Leads and the files they came from. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { type Import, importsQuery, LEADS_PAGE, type Lead, leadPageQuery, nameOf, undoImport } from "../../services/leads.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button, buttonClasses } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Field } from "../../ui/field.tsx";
import { plural } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Older } from "../../ui/older.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Day, Time } from "../../ui/time.tsx";
import { useSettled } from "../../ui/use_settled.ts";

const File = ({ file }: { readonly file: Import }) => {
  const client = useQueryClient();
  const may = useMay("operate");
  const [asking, setAsking] = useState(false);
  const undo = useAction({
    run: undoImport,
    done: ({ deleted, kept, cancelled }) =>
      `Taken back: ${plural(deleted, "lead")} deleted, ${kept} kept, ${plural(cancelled, "message")} cancelled.`,
    after: () => client.invalidateQueries({ queryKey: ["leads"] }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-13">
      <span className="min-w-0 flex-1 basis-52 break-words">{file.file_name}</span>
      <span className="text-soft max-sm:flex-1">
        {file.added} new, {file.updated} changed · <Time at={file.created_at} />
      </span>
      {file.undone_at ? (
        <span className="text-faint">taken back</span>
      ) : (
        may && (
          <Button small busy={undo.busy} aria-label={`Undo the import of ${file.file_name}`} onClick={() => setAsking(true)}>
            Undo
          </Button>
        )
      )}
      {asking && (
        <Confirm
          title="Take this import back?"
          action="Take it back"
          onClose={() => setAsking(false)}
          onConfirm={() => undo.start(file.id)}
        >
          Its leads are deleted, save those that were written to, and what is unsent to them is cancelled. This cannot be undone; you can
          import the file again.
        </Confirm>
      )}
    </li>
  );
};

const FILES = 20;
const MOST_FILES = 520;

const Imports = ({ account }: { readonly account: string }) => {
  const [count, setCount] = useState(FILES);
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...importsQuery(account, count + 1),
    placeholderData: keepPreviousData,
  });
  if (error) return <Failed error={error} onRetry={refetch} />;
  if (!data?.length) return null;
  return (
    <Panel title="Imports" flush>
      <ul className="divide-y divide-line">
        {data.slice(0, count).map((file) => (
          <File key={file.id} file={file} />
        ))}
      </ul>
      {data.length > count && (
        <div className="border-t border-line px-4 py-2">
          <Older count={count} most={MOST_FILES} busy={isPlaceholderData} onMore={() => setCount(count + 5 * FILES)} />
        </div>
      )}
    </Panel>
  );
};

const COLUMNS: readonly Column<Lead>[] = [
  {
    id: "name",
    head: "Name",
    width: "minmax(80px, 2fr)",
    cell: (lead) => (
      <Link to="/leads/$leadId" params={{ leadId: lead.id }} className="link truncate">
        {nameOf(lead)}
      </Link>
    ),
  },
  { id: "company", head: "Company", width: "minmax(80px, 2fr)", cell: (lead) => <span className="truncate">{lead.company ?? "–"}</span> },
  {
    id: "contact",
    head: "Last contact",
    width: "110px",
    from: "sm",
    cell: (lead) => (lead.last_contact_at ? <Day on={lead.last_contact_at} /> : "–"),
  },
  { id: "score", head: "Score", width: "60px", align: "right", from: "sm", cell: (lead) => lead.score.toFixed(2) },
];

export const Leads = ({
  account,
  search,
  after,
}: {
  readonly account: string;
  readonly search: string;
  readonly after: string | undefined;
}) => {
  const settled = useSettled(search);
  const from = Number(after) || 0;
  const { data: page, error, refetch } = useQuery({ ...leadPageQuery(account, settled, from), placeholderData: keepPreviousData });
  const data = page?.leads;
  const navigate = useNavigate();
  const may = useMay("operate");
  useLiveQueries(["system"], [["leads"]], 1_000);
  const turn = (to: number): void =>
    void navigate({
      to: "/settings",
      search: { section: "leads", ...(search && { q: search }), ...(to > 0 && { after: String(to) }) },
    });
  const rowId = useMemo(() => (lead: Lead) => lead.id, []);
  return (
    <>
      <Panel
        title="Leads"
        flush
        aside={
          may && (
            <Link to="/" search={{ start: "import" }} className={buttonClasses("plain", true)}>
              Import
            </Link>
          )
        }
      >
        <div className="px-4 pb-3">
          <Field
            label="Search"
            type="search"
            value={search}
            placeholder="Name, company, a whole address or a phone number"
            onChange={(event) =>
              navigate({ to: "/settings", search: { section: "leads", q: event.target.value || undefined }, replace: true })
            }
          />
        </div>
        {error && <Failed error={error} onRetry={refetch} />}
        {!data && !error && <SkeletonRows />}
        {data?.length === 0 && (
          <Empty
            title={search ? "Nobody like that" : "No leads yet"}
            action={
              may &&
              !search && (
                <Link to="/" search={{ start: "import" }} className={buttonClasses()}>
                  Import your first file
                </Link>
              )
            }
          >
            Import a file of the people you want to hear from again.
          </Empty>
        )}
        {data && data.length > 0 && <Table label="Leads" columns={COLUMNS} rows={data} rowId={rowId} />}
        <Pager later={from > 0} onFirst={() => turn(0)} onNext={page?.more ? () => turn(from + LEADS_PAGE) : null} />
      </Panel>
      <Imports account={account} />
    </>
  );
};
