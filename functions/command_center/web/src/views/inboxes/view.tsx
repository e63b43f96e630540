/** What sends: each inbox with its login, its cap and ramp, and what it sent today. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useLiveQueries } from "../../live/use_live.ts";
import { domainsQuery } from "../../services/domains.ts";
import { inboxesQuery } from "../../services/inboxes.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form_dialog.tsx";
import { Panel, View } from "../../ui/layout.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { InboxForm } from "./inbox_form.tsx";
import { InboxRow } from "./inbox_row.tsx";
import { pooled } from "./pooled.ts";

const route = getRouteApi("/in/inboxes");
const NEW = "new";

const Inboxes = () => {
  const { open, q = "" } = route.useSearch();
  const navigate = useNavigate();
  const may = useMay("operate");
  const { data, error, refetch } = useQuery(inboxesQuery);
  const domains = useQuery(domainsQuery).data?.items ?? [];
  useLiveQueries(["domains", "missions"], [inboxesQuery.queryKey, domainsQuery.queryKey], 500);
  const go = (id: string | undefined): void => void navigate({ to: "/inboxes", search: { ...(q && { q }), ...(id && { open: id }) } });
  const rows = pooled(data?.items ?? [], domains, q);
  const opened = data?.items.find(({ id }) => id === open);
  return (
    <View
      title="Inbox pool"
      actions={
        may && (
          <Button
            look="primary"
            icon={<Plus aria-hidden size={16} />}
            unavailable={data && domains.length === 0 && "Add a domain first: an inbox is one of it."}
            onClick={() => go(NEW)}
          >
            Add an inbox
          </Button>
        )
      }
    >
      {error && <Failed error={error} onRetry={refetch} />}
      <Panel flush>
        <div className="px-4 py-3">
          <Field
            label="Search"
            type="search"
            value={q}
            placeholder="Address or domain"
            onChange={(event) => navigate({ to: "/inboxes", search: { q: event.target.value || undefined }, replace: true })}
          />
        </div>
        {!data && !error && <SkeletonRows />}
        {data && rows.length === 0 && (
          <Empty title={q ? "No inbox like that" : "No inboxes yet"}>
            Messages are sent through your own mailboxes. REX checks each login before it sends, warms new ones up, and keeps to their caps.
          </Empty>
        )}
        <ul className="divide-y divide-line border-t border-line">
          {rows.map((row) => (
            <InboxRow key={row.inbox.id} row={row} onEdit={() => go(row.inbox.id)} />
          ))}
        </ul>
      </Panel>
      {may && (opened || open === NEW) && (
        <FormDialog title={opened?.address ?? "Add an inbox"} wide onClose={() => go(undefined)}>
          {(close) => <InboxForm {...(opened ? { inbox: opened } : {})} domains={domains} onDone={close} />}
        </FormDialog>
      )}
    </View>
  );
};

export const lazy = createLazyRoute("/in/inboxes")({ component: Inboxes });
