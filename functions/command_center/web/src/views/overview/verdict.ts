/** Whether everything is well, why, and the one thing to do that helps most; pure. */
import type { Status } from "../../services/status.ts";
import { formatDuration, formatName, plural } from "../../ui/formats.ts";

export type Verdict = "operational" | "degraded" | "error";

export interface Step {
  readonly label: string;
  readonly to: "/missions" | "/domains" | "/inboxes" | "/resources" | "/";
  readonly state?: string;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly step: Step | null;
}

const LONG_WAIT_SECONDS = 15 * 60;

/** What a mission waits for, and what helps. */
const WAITS: Record<string, Step> = {
  domain: { label: "Look at the domains", to: "/domains" },
  crew: { label: "Look at the crews", to: "/resources" },
  quota: { label: "Look at the quotas", to: "/resources" },
};

const waits = (status: Status): Judged | null => {
  const oldest = status.oldest_waiting;
  const age = status.queue_age_seconds ?? 0;
  if (!oldest || age < LONG_WAIT_SECONDS || oldest.waiting_for === "not_before") return null;
  const why = oldest.waiting_for ? `for a ${oldest.waiting_for}` : "to be looked at";
  const step = WAITS[oldest.waiting_for ?? ""] ?? { label: "Look at the queue", to: "/missions" as const, state: "QUEUED" };
  return { verdict: "degraded", reason: `The oldest mission has waited ${formatDuration(age * 1_000)} ${why}.`, step };
};

/** What goes on by itself, and what only a person can let go. */
const quietly = (sending: number, reviewed: number): string => {
  const alone = Math.max(0, sending - reviewed);
  const sends = alone > 0 && `${plural(alone, "mission")} ${alone === 1 ? "sends and collects" : "send and collect"} answers`;
  const waits =
    reviewed > 0 &&
    `${plural(reviewed, "mission")} ${reviewed === 1 ? "waits" : "wait"} for you to review ${reviewed === 1 ? "its" : "their"} messages: see below`;
  return `${[sends, waits].filter(Boolean).join("; ") || "Nothing waits and nothing is wrong"}.`;
};

/** `reviewed`: missions of which nothing goes out any more until a person has read it. */
export const judge = (status: Status, reviewed = 0): Judged => {
  const { missions, domains } = status;
  // What failed is tried again or escalated by itself; what stays failed was cancelled by a person, so it counts for nothing here.
  const escalated = missions.ESCALATED ?? 0;
  const sending = (domains.states.active ?? 0) + (domains.states.warming ?? 0);
  if (status.paused_at)
    return { verdict: "degraded", reason: "Everything of this account is stopped: resume it with the button above.", step: null };
  if (escalated > 0)
    return {
      verdict: "error",
      reason: `${plural(escalated, "mission")} could not go on and ${escalated === 1 ? "waits" : "wait"} for you.`,
      step: { label: "Look at what is escalated", to: "/missions", state: "ESCALATED" },
    };
  if (sending > 0 && domains.paused >= sending)
    return {
      verdict: "error",
      reason: "Every sending domain is paused: no message goes out.",
      step: { label: "Look at the domains", to: "/domains" },
    };
  if (domains.sick > 0)
    return {
      verdict: "degraded",
      reason: `${plural(domains.sick, "domain")} ${domains.sick === 1 ? "has" : "have"} a reputation below 0.7.`,
      step: { label: "Look at the domains", to: "/domains" },
    };
  const waiting = waits(status);
  if (waiting) return waiting;
  if (status.anomalies_open > 0)
    return {
      verdict: "degraded",
      reason: `${plural(status.anomalies_open, "figure")} ${status.anomalies_open === 1 ? "is" : "are"} not as usual: see below.`,
      step: null,
    };
  const busy = status.crews.filter((crew) => crew.held > 0).map(({ crew }) => formatName(crew));
  const quiet = quietly(busy.length ? reviewed : (missions.COLLECTING ?? 0), reviewed);
  if (!busy.length) return { verdict: "operational", reason: quiet, step: null };
  return { verdict: "operational", reason: `At work: ${busy.join(", ")}.${reviewed ? ` ${quiet}` : ""}`, step: null };
};
