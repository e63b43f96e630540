/** What sends: each inbox with its login, its cap and ramp, and what it sent today. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useLiveQueries } from "../../live/use_live.ts";
import { accountQuery } from "../../services/account.ts";
import { domainChoicesQuery } from "../../services/domains.ts";
import { inboxesQuery, inboxPageQuery } from "../../services/inboxes.ts";
import { useMay } from "../../session/use_account.ts";
import { Button, buttonClasses } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form_dialog.tsx";
import { Panel, View } from "../../ui/layout.tsx";
import { Pager } from "../../ui/pager.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { useSettled } from "../../ui/use_settled.ts";
import { InboxForm } from "./inbox_form.tsx";
import { InboxRow } from "./inbox_row.tsx";
import { filterOf, pooled } from "./pooled.ts";

const route = getRouteApi("/in/inboxes");
const NEW = "new";

const Inboxes = () => {
  const search = route.useSearch();
  const { open, q = "", after } = search;
  const navigate = useNavigate();
  const may = useMay("operate");
  const { data, error, refetch } = useQuery({ ...inboxPageQuery(filterOf(useSettled(search))), placeholderData: keepPreviousData });
  const account = useQuery(accountQuery).data?.user_id;
  const domains = useQuery({ ...domainChoicesQuery(account ?? ""), enabled: account !== undefined }).data;
  useLiveQueries(["domains", "missions"], [inboxesQuery.queryKey, ["domains", "choices"]], 500);
  const go = (id: string | undefined): void =>
    void navigate({ to: "/inboxes", search: { ...(q && { q }), ...(after && { after }), ...(id && { open: id }) } });
  const turn = (to: string | undefined): void => void navigate({ to: "/inboxes", search: { ...(q && { q }), ...(to && { after: to }) } });
  const rows = pooled(data?.items ?? [], data?.today ?? []);
  const opened = data?.items.find(({ id }) => id === open);
  return (
    <View
      title="Inbox pool"
      actions={
        may && (
          <Button
            look="primary"
            icon={<Plus aria-hidden size={16} />}
            unavailable={domains?.length === 0 && "Add a domain first: an inbox is one of it."}
            onClick={() => go(NEW)}
          >
            Add an inbox
          </Button>
        )
      }
    >
      <Field
        label="Search"
        type="search"
        value={q}
        placeholder="Part of an address"
        onChange={(event) => navigate({ to: "/inboxes", search: { q: event.target.value || undefined }, replace: true })}
      />
      {error && <Failed error={error} onRetry={refetch} />}
      <Panel flush>
        {!data && !error && <SkeletonRows />}
        {data && rows.length === 0 && (
          <Empty
            title={q ? "No inbox like that" : "No inboxes yet"}
            action={
              may &&
              !q &&
              (domains?.length === 0 ? (
                <Link to="/domains" search={{ add: true }} className={buttonClasses()}>
                  Add a domain first
                </Link>
              ) : (
                <Button onClick={() => go(NEW)}>Add your first inbox</Button>
              ))
            }
          >
            Messages are sent through your own mailboxes. REX checks each login before it sends, warms new ones up, and keeps to their caps.
          </Empty>
        )}
        <ul className="divide-y divide-line">
          {rows.map((row) => (
            <InboxRow key={row.inbox.id} row={row} onEdit={() => go(row.inbox.id)} />
          ))}
        </ul>
        <Pager
          later={after !== undefined}
          onFirst={() => turn(undefined)}
          onNext={data?.next ? () => turn(data.next ?? undefined) : null}
        />
      </Panel>
      {may && (opened || open === NEW) && (
        <FormDialog title={opened?.address ?? "Add an inbox"} wide onClose={() => go(undefined)}>
          {(close) => <InboxForm {...(opened ? { inbox: opened } : {})} domains={domains ?? []} onDone={close} />}
        </FormDialog>
      )}
    </View>
  );
};

export const lazy = createLazyRoute("/in/inboxes")({ component: Inboxes });
