/** What missions draw on: crews, domains, quotas. */
import { Link } from "@tanstack/react-router";
import type { Status } from "../../services/status.ts";
import { formatCount, formatName } from "../../ui/formats.ts";
import { Panel } from "../../ui/layout.tsx";
import { Meter } from "../../ui/meter.tsx";
import { Until, useNow } from "../../ui/time.tsx";
import { quotaAt } from "../shared/quota.ts";

export const Pool = ({ status }: { readonly status: Status }) => {
  const { domains } = status;
  const now = useNow();
  const quotas = status.quotas.map((quota) => quotaAt(quota, now));
  return (
    <Panel
      title="Resource pool"
      aside={
        <Link to="/resources" className="link text-13">
          All resources
        </Link>
      }
    >
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-3">
        <section aria-label="Crews" className="flex flex-col gap-2">
          {status.crews.map(({ crew, held, slots, waiting }) => (
            <Meter
              key={crew}
              label={formatName(crew)}
              used={held}
              of={slots}
              unit="slots"
              {...(waiting ? { note: `${waiting} waiting` } : {})}
            />
          ))}
        </section>
        <div className="flex flex-col gap-4 lg:contents">
          <section aria-label="Domains" className="flex flex-col gap-2">
            <Meter label="Messages today" used={domains.sent_today} of={domains.cap_today} unit="messages" />
            <p className="text-13 text-soft">
              {Object.entries(domains.states).map(
                ([state, count], at) => `${at ? ", " : ""}${formatCount(count)} ${formatName(state).toLowerCase()}`,
              )}
              {domains.lowest_reputation !== null && `; lowest reputation ${domains.lowest_reputation.toFixed(2)}`}
            </p>
          </section>
          <section aria-label="Quotas of this minute" className="flex flex-col gap-2">
            {quotas.map(({ provider, used, reserved, limit, resets_at }) => (
              <Meter
                key={provider}
                label={formatName(provider)}
                used={used + reserved}
                of={limit}
                unit="calls"
                note={<Until at={resets_at} />}
              />
            ))}
          </section>
        </div>
      </div>
    </Panel>
  );
};
