/** What the account is and may do, part by part. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, Link } from "@tanstack/react-router";
import { accountQuery } from "../../services/account.ts";
import { View } from "../../ui/layout.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { AccountSection } from "./account_section.tsx";
import { BrowserSection } from "./browser_section.tsx";
import { Campaigns } from "./campaigns.tsx";
import { DeadLetters } from "./dead_letters.tsx";
import { Leads } from "./leads.tsx";
import { Members } from "./members.tsx";
import { SECTIONS, type Section } from "./route.ts";
import { Suppressions } from "./suppressions.tsx";

const route = getRouteApi("/in/settings");

const LABELS: Record<Section, string> = {
  account: "Account",
  campaigns: "Campaigns",
  members: "Members",
  suppressions: "Suppressions",
  leads: "Leads",
  dead_letters: "Dead letters",
  browser: "This browser",
};

const Parts = ({ section }: { readonly section: Section }) => (
  <nav aria-label="Settings" className="flex flex-wrap gap-1 border-b border-line pb-2">
    {SECTIONS.map((each) => (
      <Link
        key={each}
        to="/settings"
        search={{ section: each }}
        aria-current={each === section ? "page" : undefined}
        className="rounded-md px-2 py-1.5 text-13 lg:px-3 font-medium text-soft hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:text-accent"
      >
        {LABELS[each]}
      </Link>
    ))}
  </nav>
);

const Settings = () => {
  const { section = "account", open, q, after } = route.useSearch();
  const { data: account, error, refetch } = useQuery(accountQuery);
  return (
    <View title="Settings">
      <Parts section={section} />
      {error && <Failed error={error} onRetry={refetch} />}
      {!account && !error && <SkeletonRows />}
      {account && section === "account" && <AccountSection key={account.user_id} account={account} />}
      {account && section === "campaigns" && <Campaigns open={open} search={q ?? ""} after={after} />}
      {account && section === "members" && <Members />}
      {account && section === "suppressions" && <Suppressions search={q ?? ""} after={after} />}
      {account && section === "leads" && <Leads account={account.user_id} search={q ?? ""} after={after} />}
      {account && section === "dead_letters" && <DeadLetters after={after} />}
      {section === "browser" && <BrowserSection />}
    </View>
  );
};

export const lazy = createLazyRoute("/in/settings")({ component: Settings });
