import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { type Campaign, campaignsQuery } from "../../services/campaigns.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormDialog } from "../../ui/form_dialog.tsx";
import { formatDuration, plural } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Empty, Failed, SkeletonRows } from "../../ui/states.tsx";
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
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{campaign.name}</p>
        <p className="text-13 text-soft">
          {campaign.is_default && "The default one · "}
          {plural(campaign.steps.length, "message")} · version {campaign.template_version} · collects for{" "}
          {formatDuration(campaign.collecting_seconds * 1_000)}
        </p>
      </div>
      {campaign.paused_at && <StateBadge state="paused" />}
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
    </li>
  );
};

export const Campaigns = ({ open }: { readonly open: string | undefined }) => {
  const { data, error, refetch } = useQuery(campaignsQuery);
  const navigate = useNavigate();
  const may = useMay("operate");
  const [shown, setShown] = useState<Campaign | null>(null);
  useLiveQueries(["system"], [campaignsQuery.queryKey]);
  const go = (id: string | undefined): void =>
    void navigate({ to: "/settings", search: { section: "campaigns", ...(id && { open: id }) } });
  const campaigns = data?.items ?? [];
  const opened = campaigns.find(({ id }) => id === open);
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
      {error && <Failed error={error} onRetry={refetch} />}
      {!data && !error && <SkeletonRows rows={3} />}
      {data && campaigns.length === 0 && <Empty title="No campaigns yet">A campaign holds what your messages say.</Empty>}
      <ul className="divide-y divide-line">
        {campaigns.map((campaign) => (
          <Row key={campaign.id} campaign={campaign} onOpen={() => go(campaign.id)} onPreview={() => setShown(campaign)} />
        ))}
      </ul>
      {data?.next && <p className="px-4 py-2 text-13 text-soft">Only the first {campaigns.length} campaigns stand here.</p>}
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
