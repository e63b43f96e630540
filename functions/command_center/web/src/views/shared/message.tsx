/** One message as its reader gets it: the text as text, HTML shut away in a frame that can do nothing, and what became of it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { type Outreach, outreachQuery } from "../../services/outreach.ts";
import { Button } from "../../ui/button.tsx";
import { formatName } from "../../ui/formats.ts";
import { StateBadge } from "../../ui/state.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Facts } from "./facts.tsx";

const Events = ({ message }: { readonly message: Outreach }) =>
  message.events.length > 0 && (
    <section aria-label="What came back">
      <h3 className="mb-1 text-13 text-soft">What came back</h3>
      <ul className="flex flex-col gap-1 text-13">
        {message.events.map((event) => (
          <li key={event.id} className="flex flex-wrap gap-x-3">
            <Time at={event.occurred_at} />
            <span className="font-medium">{formatName(event.kind)}</span>
            {event.detail && <span className="min-w-0 break-words text-soft">{event.detail}</span>}
          </li>
        ))}
      </ul>
    </section>
  );

const Content = ({ message }: { readonly message: Outreach }) => {
  // The link is signed anew at each reading, and the frame would be loaded anew with it.
  const [html, setHtml] = useState<string | null>(null);
  return (
    <section aria-label="Content" className="flex flex-col gap-2">
      <p className="font-medium break-words">{message.subject ?? "Without a subject"}</p>
      {message.body_html && (
        <Button small className="self-start" aria-pressed={html !== null} onClick={() => setHtml(html ? null : message.html_link)}>
          {html ? "Show the text" : "Show as HTML"}
        </Button>
      )}
      {html ? (
        <iframe title="The message as HTML" sandbox="" src={html} className="h-100 w-full rounded-md border border-line bg-white" />
      ) : (
        <p className="rounded-md bg-sunken px-4 py-3 text-13 break-words whitespace-pre-wrap">
          {message.body_text ?? "Nothing is written yet."}
        </p>
      )}
    </section>
  );
};

export const MessageView = ({ id }: { readonly id: string }) => {
  const { data: message, error, refetch } = useQuery(outreachQuery(id));
  useLiveQueries(["missions"], [["outreach", id]], 1_000);
  if (error) return <Failed error={error} onRetry={refetch} />;
  if (!message) return <SkeletonRows rows={4} />;
  return (
    <div className="flex flex-col gap-4">
      <Facts
        of={[
          ["State", <StateBadge key="state" state={message.state} />],
          ["Why", message.reason && formatName(message.reason)],
          ["To", message.address],
          ["From", message.inbox],
          ["Step", message.step],
          ["Due", message.due_at && <Time key="due" at={message.due_at} />],
          ["Handed over", message.handed_over_at && <Time key="handed" at={message.handed_over_at} />],
          ["The mail server said", message.provider_answer],
        ]}
      />
      <Content message={message} />
      <Events message={message} />
    </div>
  );
};
