import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { type Campaign, campaignPageQuery, campaignQuery, campaignsQuery } from "../../services/campaigns.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form_dialog.tsx";
import { formatDuration, plural } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Pager } from "../../ui/pager.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
import { useSettled } from "../../ui/use_settled.ts";
import { PauseButton } from "../shared/pause.tsx";
import { CampaignForm } from "./campaign_form.tsx";
import { CampaignPreview } from "./campaign_preview.tsx";

const NEW = "new";

const Row = ({
  campaign,
  onOpen,
  onPreview,
}: {
  readonly campaign: Campaign;
  readonly onOpen: () => void;
  readonly onPreview: () => void;
}) => {
  const may = useMay("operate");
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <div className="min-w-0 flex-1 basis-52">
        <p className="font-medium break-words">{campaign.name}</p>
        <p className="text-13 text-soft">
          {campaign.is_default && "The default one · "}
          {plural(campaign.steps.length, "message")} · version {campaign.template_version} · collects for{" "}
          {formatDuration(campaign.collecting_seconds * 1_000)}
        </p>
      </div>
      {campaign.paused_at && <StateBadge state="paused" />}
      <span className="flex flex-wrap gap-2">
        <Button
          small
          aria-label={`Preview ${campaign.name}`}
          unavailable={campaign.steps.length === 0 && "It has no messages yet."}
          onClick={onPreview}
        >
          Preview
        </Button>
        <PauseButton scope="campaign" id={campaign.id} name={campaign.name} pausedAt={campaign.paused_at} />
        {may && (
          <Button small aria-label={`Edit ${campaign.name}`} onClick={onOpen}>
            Edit
          </Button>
        )}
      </span>
    </li>
  );
};

interface CampaignsProps {
  /** The id of the one that is edited, or `new`. */
  readonly open: string | undefined;
  readonly search: string;
  readonly after: string | undefined;
}

/** The page of the list, and the one that is edited, whether it stands on that page or not. */
const useCampaigns = ({ open, search, after }: CampaignsProps) => {
  const q = useSettled(search).trim() || undefined;
  const page = useQuery({ ...campaignPageQuery({ q, cursor: after }), placeholderData: keepPreviousData });
  const listed = page.data?.items.find(({ id }) => id === open);
  const elsewhere = open !== undefined && open !== NEW && page.data !== undefined && !listed;
  const one = useQuery({ ...campaignQuery(open ?? ""), enabled: elsewhere });
  useLiveQueries(["system"], [campaignsQuery.queryKey]);
  return { page, one, opened: listed ?? (elsewhere ? one.data : undefined) };
};

export const Campaigns = (props: CampaignsProps) => {
  const { open, search, after } = props;
  const { page, one, opened } = useCampaigns(props);
  const { data, error, refetch } = page;
  const navigate = useNavigate();
  const may = useMay("operate");
  const [shown, setShown] = useState<Campaign | null>(null);
  const turn = (to: string | undefined, id?: string): void =>
    void navigate({
      to: "/settings",
      search: { section: "campaigns", ...(search && { q: search }), ...(to && { after: to }), ...(id && { open: id }) },
    });
  const go = (id: string | undefined): void => turn(after, id);
  const campaigns = data?.items ?? [];
  return (
    <Panel
      title="Campaigns"
      flush
      aside={
        may && (
          <Button small icon={<Plus aria-hidden size={14} />} onClick={() => go(NEW)}>
            New campaign
          </Button>
        )
      }
    >
      <div className="px-4 pb-3">
        <Field
          label="Search"
          type="search"
          value={search}
          placeholder="Part of a name"
          onChange={(event) =>
            navigate({ to: "/settings", search: { section: "campaigns", q: event.target.value || undefined }, replace: true })
          }
        />
      </div>
      {error && <Failed error={error} onRetry={refetch} />}
      {one.error && <Failed error={one.error} onRetry={one.refetch} />}
      {opened === null && (
        <p role="status" className="px-4 pb-3 text-13 text-soft">
          There is no such campaign in this account.
        </p>
      )}
      {!data && !error && <SkeletonRows rows={3} />}
      {data && campaigns.length === 0 && (
        <Empty title={search ? "No campaign is called like that" : "No campaigns yet"}>A campaign holds what your messages say.</Empty>
      )}
      <ul className="divide-y divide-line border-t border-line empty:hidden">
        {campaigns.map((campaign) => (
          <Row key={campaign.id} campaign={campaign} onOpen={() => go(campaign.id)} onPreview={() => setShown(campaign)} />
        ))}
      </ul>
      <Pager later={after !== undefined} onFirst={() => turn(undefined)} onNext={data?.next ? () => turn(data.next ?? undefined) : null} />
      {may && (opened || open === NEW) && (
        <FormDialog wide title={opened?.name ?? "New campaign"} onClose={() => go(undefined)}>
          {(close) => <CampaignForm campaign={opened ?? null} onDone={close} />}
        </FormDialog>
      )}
      {shown && (
        <Dialog wide title={`Preview: ${shown.name}`} onClose={() => setShown(null)}>
          <CampaignPreview campaign={shown} />
        </Dialog>
      )}
    </Panel>
  );
};
