/** What the health of a domain means, in words; pure. */
import type { Domain, DomainEvent, Measured } from "../../services/domains.ts";

export const SICK = 0.7;
const FAIR = 0.8;

export const HEALTH: Record<Domain["health"], string> = {
  healthy: "Healthy",
  fair: "Fair: something costs it trust",
  sick: "Sick: mail servers lose trust in it",
  unproven: "Too little sent yet to know",
};

export const reputationInk = (reputation: number): string =>
  reputation < SICK ? "text-failed" : reputation < FAIR ? "text-escalated" : "text-completed";

/** What is known of its verification today. */
export const VERIFICATION: Record<Domain["status"], string> = {
  pending_verification: "It waits until its records in the DNS are verified; it sends nothing before.",
  warming: "It is verified and warms up: each day it may send a little more.",
  active: "It is verified and may send up to its cap.",
  rotated: "It was replaced by another and rests.",
  retired: "It is out of use.",
};

/** Why it is not verified yet, where that is known. */
export const notVerified = ({ verification_error: error }: Pick<Domain, "verification_error">): string | null => {
  if (error === null) return null;
  if (error === "domain_taken")
    return "Another account has verified this domain. It is tried again once that account lets it go; if the domain is yours, write to whoever runs REX.";
  return `It could not be verified: ${error.replaceAll("_", " ")}.`;
};

/** The signals behind a reputation, those that harm first. */
export const SIGNALS: readonly {
  readonly name: Exclude<keyof Domain["evidence"], "sends">;
  readonly label: string;
  readonly harms: boolean;
}[] = [
  { name: "complaints", label: "Complaints", harms: true },
  { name: "bounces", label: "Hard bounces", harms: true },
  { name: "blocks", label: "Blocks", harms: true },
  { name: "unsubscribes", label: "Unsubscribes", harms: true },
  { name: "replies", label: "Replies", harms: false },
];

export const rateOf = (count: number, sends: number): number | null => (sends > 0 ? count / sends : null);

/** What lay behind a value of the reputation, as its chart tells it. */
export const behind = (measured: Measured): readonly (readonly [string, string])[] => [
  ["Messages that count", Number(measured.sends).toFixed(0)],
  ...SIGNALS.map(({ name, label }) => [label, Number(measured[name]).toFixed(1)] as const),
];

/** The domains that took over in a rotation, by its row of the log. */
export const replacementsOf = ({ data }: Pick<DomainEvent, "data">): readonly string[] => {
  const ids = (data as { readonly replacements?: unknown } | null)?.replacements;
  return Array.isArray(ids) ? ids.map(String) : [];
};
