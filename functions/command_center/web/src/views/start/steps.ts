/** What a new account still needs before its first mission; pure. */
import type { Account } from "../../services/account.ts";
import type { Campaign } from "../../services/campaigns.ts";
import type { Domain } from "../../services/domains.ts";
import type { Inbox } from "../../services/inboxes.ts";
import type { Import } from "../../services/leads.ts";

export type StepName = "address" | "domain" | "inbox" | "campaign" | "leads" | "mission";

export interface Known {
  readonly account: Account;
  readonly domains: readonly Domain[];
  readonly inboxes: readonly Inbox[];
  readonly campaigns: readonly Campaign[];
  readonly imports: readonly Import[];
}

export interface Step {
  readonly name: StepName;
  readonly label: string;
  readonly why: string;
  readonly action: string;
  readonly done: boolean;
}

const inboxWhy = (inboxes: readonly Inbox[]): string => {
  if (inboxes.some(({ login }) => login === "checked")) return "REX may send through it.";
  const failed = inboxes.find(({ login }) => login === "failed");
  if (failed) return `The login of ${failed.address} failed: ${failed.login_error ?? "unknown"}. Correct it under Inboxes, or add another.`;
  return inboxes.length > 0 ? "Its login is being checked." : "The mailbox your messages come from; its login is checked first.";
};

export const stepsOf = ({ account, domains, inboxes, campaigns, imports }: Known): Step[] => {
  const campaign = campaigns.find(({ is_default: isDefault }) => isDefault) ?? campaigns[0];
  const usable = domains.some(({ status }) => status === "warming" || status === "active");
  return [
    {
      name: "address",
      label: "Your company and its postal address",
      why: "The law wants it at the end of every message.",
      action: "Enter it",
      done: Boolean(account.company && account.postal_address),
    },
    {
      name: "domain",
      label: "A sending domain",
      why: usable
        ? "It may send."
        : domains.length > 0
          ? "It waits for its verification."
          : "Messages come from its addresses; REX watches its reputation.",
      action: "Add one",
      done: domains.length > 0,
    },
    { name: "inbox", label: "An inbox", why: inboxWhy(inboxes), action: "Add one", done: inboxes.some(({ login }) => login !== "failed") },
    {
      name: "campaign",
      label: "What you have to say",
      why: "Your offer, who writes, and where a reader may go next.",
      action: "Write it",
      done: Boolean(
        campaign?.offer &&
          campaign.sender_name &&
          campaign.reply_to &&
          campaign.call_to_action &&
          campaign.link &&
          campaign.steps.length > 0,
      ),
    },
    {
      name: "leads",
      label: "Leads",
      why: "A file of the people you want to hear from again.",
      action: imports.length > 0 ? "Import more" : "Import a file",
      done: imports.some(({ undone_at: undoneAt }) => undoneAt === null),
    },
    { name: "mission", label: "The mission", why: "REX researches, writes, checks and sends.", action: "Start it", done: false },
  ];
};
