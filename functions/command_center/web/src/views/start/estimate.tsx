/** What a mission will take, before it is started: how many, how long, what it costs, and the caps it uses. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { Estimate } from "../../services/missions.ts";
import { asProblem } from "../../services/problem.ts";
import { classes } from "../../ui/classes.ts";
import { formatDuration, formatMoney, plural } from "../../ui/formats.ts";
import { once } from "../../ui/once.ts";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Facts } from "../shared/facts.tsx";

const day = once(() => new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" }));
const onDay = (date: string | null): string | null => date && day().format(new Date(`${date}T12:00:00`));

const money = (cost: NonNullable<Estimate["cost"]>): string =>
  cost.least_nanos === cost.most_nanos
    ? formatMoney(cost.nanos / 1e9)
    : `${formatMoney(cost.nanos / 1e9)} (${formatMoney(cost.least_nanos / 1e9)} to ${formatMoney(cost.most_nanos / 1e9)})`;

const sending = ({ time, caps, paused }: Estimate): string | null => {
  if (paused) return `not while the ${paused} is paused`;
  const [first, last] = [onDay(time.first_send_on), onDay(time.last_send_on)];
  if (!first || !last) return caps.inboxes === 0 ? "never: no inbox may send yet" : null;
  return first === last ? `on ${first}` : `from ${first} to ${last}`;
};

const writesTo = ({ leads, reachable, messages }: Estimate): string =>
  messages > 0 && reachable < leads ? `${reachable} of ${plural(leads, "lead")}` : plural(leads, "lead");

export const EstimateShown = ({ query }: { readonly query: UseQueryResult<Estimate> }) => {
  const { data, error, isPlaceholderData } = query;
  return (
    <section aria-label="Estimate" aria-busy={isPlaceholderData} className="rounded-md bg-sunken px-4 py-3">
      {error ? (
        <Failed error={error} {...(asProblem(error).passes ? { onRetry: query.refetch } : {})} />
      ) : data ? (
        <div className={classes(isPlaceholderData && "opacity-60")}>
          <Facts
            of={[
              ["Writes to", `${writesTo(data)}, ${plural(data.messages, "message")} at most`],
              ["Sends", sending(data)],
              ["Work of the agents", formatDuration(data.time.agents_seconds * 1_000)],
              ["Before it", data.time.missions_ahead > 0 && plural(data.time.missions_ahead, "mission")],
              ["Uses", `${plural(data.caps.inboxes, "inbox", "inboxes")} of ${plural(data.caps.domains, "domain")}`],
              [
                "Finds no room",
                !data.paused &&
                  data.caps.unplaced > 0 &&
                  `${plural(data.caps.unplaced, "message")} within the days ahead: add inboxes or raise their caps`,
              ],
              ["Costs", data.cost && money(data.cost)],
              ["For each reply", data.cost?.per_reply != null && formatMoney(data.cost.per_reply / 1e9)],
            ]}
          />
        </div>
      ) : (
        <SkeletonRows rows={4} />
      )}
    </section>
  );
};
