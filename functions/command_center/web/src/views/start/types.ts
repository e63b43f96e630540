import { CalendarSync, type LucideIcon, Search, Send } from "lucide-react";

export type QuickType = "lead_reactivation" | "campaign_execution" | "icp_extraction";

/** The quick actions: what they are called and what they do. */
export const QUICK: readonly { readonly type: QuickType; readonly label: string; readonly does: string; readonly icon: LucideIcon }[] = [
  { type: "lead_reactivation", label: "Lead reactivation", does: "Writes to dormant leads again", icon: CalendarSync },
  { type: "campaign_execution", label: "Campaign execution", does: "Scores leads and runs a campaign for them", icon: Send },
  { type: "icp_extraction", label: "ICP extraction", does: "Finds what your best customers have in common", icon: Search },
];
