/** One domain in full. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type Domain, domainsQuery, ROTATIONS, rotateDomain } from "../../services/domains.ts";
import { useAction } from "../../services/use_action.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { formatCount, formatName, formatShare } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Meter } from "../../ui/meter.tsx";
import { Term } from "../../ui/term.tsx";
import { Time } from "../../ui/time.tsx";
import { Facts } from "../shared/facts.tsx";
import { PauseButton } from "../shared/pause.tsx";
import { useRamp } from "../shared/use_ramp.ts";
import { Events } from "./events.tsx";
import { notVerified, rateOf, SIGNALS, VERIFICATION } from "./health.ts";
import { Reputation } from "./reputation.tsx";

const Signals = ({ domain: { evidence, interval, because } }: { readonly domain: Domain }) => (
  <Panel title="Behind the reputation">
    <Facts
      of={[
        [
          "True value",
          <Term
            key="interval"
            means="The reputation is an estimate; with fewer messages it is less certain. It lies between these with 95 % confidence."
          >
            {interval.low.toFixed(2)} to {interval.high.toFixed(2)}
          </Term>,
        ],
        ["Weighs most against it", because && formatName(because)],
        ["Messages that count", evidence.sends.toFixed(0)],
        ...SIGNALS.map(
          ({ name, label }) => [label, `${evidence[name].toFixed(0)} (${formatShare(rateOf(evidence[name], evidence.sends))})`] as const,
        ),
      ]}
    />
  </Panel>
);

const Use = ({ domain }: { readonly domain: Domain }) => {
  const ramp = useRamp().rampOf(domain);
  return (
    <Panel title="Caps and use">
      <div className="flex flex-col gap-3">
        <Meter
          label="Sent today"
          used={domain.sent_today}
          of={domain.cap_today}
          unit="messages"
          {...(domain.daily_cap !== null ? { note: `cap ${domain.daily_cap}` } : {})}
        />
        <Facts
          of={[
            [
              "Campaign",
              domain.campaign ? (
                <Link key="campaign" to="/missions" search={{ campaign: domain.campaign.id }} className="link">
                  {domain.campaign.name} ({domain.campaign.open_missions} open missions)
                </Link>
              ) : (
                "free for any"
              ),
            ],
            [
              "Warm-up",
              ramp && (
                <span key="ramp">
                  <Term means="While its inboxes are new it may send a little more each day, so that mail servers learn to trust it.">
                    day {ramp.day}
                  </Term>
                  , today {formatCount(ramp.today)} of {formatCount(ramp.full)}
                </span>
              ),
            ],
            ["Paused because of", domain.paused_at && domain.pause_reason && formatName(domain.pause_reason)],
            [
              "Rotation",
              domain.rotation && (
                <Link key="rotation" to="/feed/$missionId" params={{ missionId: domain.rotation.mission_id }} className="link">
                  {formatName(domain.rotation.state)}
                </Link>
              ),
            ],
          ]}
        />
        <ul aria-label="Inboxes" className="flex flex-col gap-2">
          {domain.inboxes.map((inbox) => (
            <li key={inbox.id}>
              <Meter label={inbox.address} used={inbox.sent_today} of={inbox.cap_today} unit="" />
            </li>
          ))}
        </ul>
        <Link to="/inboxes" search={{ q: domain.domain }} className="link text-13">
          {domain.inboxes.length ? "Its inboxes" : "It has no inboxes yet: add one"}
        </Link>
      </div>
    </Panel>
  );
};

const rotationUnderWay = (state: string): string =>
  state === "ESCALATED" ? "Its rotation was escalated: retry it, or cancel it." : "Its rotation is under way.";

export const Rotate = ({ domain }: { readonly domain: Domain }) => {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const rotate = useAction({
    run: (_: null, key) => rotateDomain(domain.id, key),
    done: () => `The rotation of ${domain.domain} is queued.`,
    after: () => client.invalidateQueries({ queryKey: domainsQuery.queryKey }),
  });
  const sends = domain.status === "active" || domain.status === "warming";
  return (
    <>
      <Button
        small
        icon={<RefreshCw aria-hidden size={14} />}
        busy={rotate.busy}
        unavailable={
          domain.rotation ? rotationUnderWay(domain.rotation.state) : !sends && "It does not send, so there is nothing to rotate."
        }
        onClick={() => setAsking(true)}
      >
        Rotate
      </Button>
      {asking && (
        <Confirm
          title={`Rotate ${domain.domain}?`}
          action="Rotate it"
          onClose={() => setAsking(false)}
          onConfirm={() => rotate.start(null)}
        >
          First touches go to another domain within its caps, follow-ups wait, and this one rests. This cannot be undone.
        </Confirm>
      )}
    </>
  );
};

export const DomainDetail = ({ domain }: { readonly domain: Domain }) => {
  const may = useMay("operate");
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    section.current?.scrollIntoView({ block: "start" });
  }, []);
  return (
    <section ref={section} aria-label={domain.domain} className="flex scroll-mt-16 flex-col gap-4">
      <header className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-16 break-all">{domain.domain}</h2>
        <div className="flex gap-2">
          <PauseButton scope="domain" id={domain.id} name={domain.domain} pausedAt={domain.paused_at} />
          {may && <Rotate domain={domain} />}
        </div>
      </header>
      <Panel title="Verification">
        <p className="text-13">{notVerified(domain) ?? VERIFICATION[domain.status]}</p>
        {domain.verified_at && (
          <p className="text-13 text-soft">
            Verified <Time at={domain.verified_at} />
          </p>
        )}
      </Panel>
      <Reputation domain={domain} />
      <div className="grid gap-4 lg:grid-cols-2">
        <Signals domain={domain} />
        <Use domain={domain} />
      </div>
      <Events domainId={domain.id} title="Rotations" none="It was never rotated." actions={ROTATIONS} />
      <Events domainId={domain.id} title="What happened to it" none="Nothing yet." />
    </section>
  );
};
