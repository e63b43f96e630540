import { Link } from "@tanstack/react-router";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Meter } from "../../ui/meter.tsx";
import { StateBadge } from "../../ui/state.tsx";
import { Term } from "../../ui/term.tsx";
import { reputationInk } from "../domains/health.ts";
import { PauseButton } from "../shared/pause.tsx";
import { useRamp } from "../shared/use_ramp.ts";
import { type Pooled, troubleOf } from "./pooled.ts";

/** Where it stands on its way to its full cap. */
const Ramp = ({ row: { inbox } }: { readonly row: Pooled }) => {
  const { dayOf } = useRamp();
  if (inbox.warmed_at) return <>warmed up</>;
  if (!inbox.warmup_started_at) return <>not warmed up yet</>;
  return (
    <>
      <Term means="A new inbox may send a little more each day until it reaches its cap, so that mail servers learn to trust it.">
        warms up
      </Term>
      , day {dayOf(inbox.warmup_started_at)}
    </>
  );
};

const Assignment = ({ row: { domain } }: { readonly row: Pooled }) =>
  domain?.campaign ? (
    <>
      for{" "}
      <Link to="/missions" search={{ campaign: domain.campaign.id }} className="link">
        {domain.campaign.name}
      </Link>
    </>
  ) : (
    <>free for any campaign</>
  );

const LOGIN: Record<Pooled["inbox"]["login"], string> = {
  checked: "Login checked",
  unchecked: "Login not checked yet",
  failed: "Login failed",
};

export const InboxRow = ({ row, onEdit }: { readonly row: Pooled; readonly onEdit: () => void }) => {
  const { inbox, capToday, sentToday } = row;
  const may = useMay("operate");
  const trouble = troubleOf(row);
  return (
    <li className="grid items-center gap-x-4 gap-y-2 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_auto] lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_152px]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          <span className="min-w-0 break-words">{inbox.address}</span>
          {inbox.paused_at ? <StateBadge state="paused" /> : <StateBadge state={inbox.login} label={LOGIN[inbox.login]} />}
        </p>
        <p className="text-13 text-soft">
          {inbox.host}:{inbox.port} · <Ramp row={row} /> · <Assignment row={row} />
          {row.domain && (
            <>
              {" · "}
              <Link to="/domains" search={{ domain: row.domain.id }} className="link">
                reputation <span className={reputationInk(row.domain.reputation)}>{row.domain.reputation.toFixed(2)}</span>
              </Link>
            </>
          )}
        </p>
        {trouble && <p className="text-13 break-words text-escalated">{trouble}</p>}
      </div>
      <div className="min-w-0 sm:max-lg:order-last sm:max-lg:col-span-full">
        {capToday !== null && sentToday !== null && (
          <Meter
            label="Sent today"
            used={sentToday}
            of={capToday}
            unit=""
            {...(capToday < inbox.daily_cap ? { note: `cap ${inbox.daily_cap}` } : {})}
          />
        )}
      </div>
      <div className="flex gap-2 sm:justify-self-end">
        <PauseButton scope="inbox" id={inbox.id} name={inbox.address} pausedAt={inbox.paused_at} />
        {may && (
          <Button small aria-label={`Edit ${inbox.address}`} onClick={onEdit}>
            Edit
          </Button>
        )}
      </div>
    </li>
  );
};
