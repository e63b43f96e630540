/** The way of a new account to its first mission; it goes once there was one. */
import { useQuery } from "@tanstack/react-query";
import { Check, Circle } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { accountQuery } from "../../services/account.ts";
import { campaignsQuery } from "../../services/campaigns.ts";
import { domainsQuery } from "../../services/domains.ts";
import { inboxesQuery } from "../../services/inboxes.ts";
import { importsQuery } from "../../services/leads.ts";
import { statusQuery } from "../../services/status.ts";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { FormDialog } from "../../ui/form_dialog.tsx";
import { Panel } from "../../ui/layout.tsx";
import { type Known, type StepName, stepsOf } from "./steps.ts";

const CompanyForm = lazy(() => import("../settings/company_form.tsx").then(({ CompanyForm }) => ({ default: CompanyForm })));
const CampaignForm = lazy(() => import("../settings/campaign_form.tsx").then(({ CampaignForm }) => ({ default: CampaignForm })));
const DomainForm = lazy(() => import("../domains/domain_form.tsx").then(({ DomainForm }) => ({ default: DomainForm })));
const InboxForm = lazy(() => import("../inboxes/inbox_form.tsx").then(({ InboxForm }) => ({ default: InboxForm })));

const useKnown = (): Known | null => {
  const account = useQuery(accountQuery).data;
  const status = useQuery(statusQuery).data;
  const isNew = status !== undefined && Object.keys(status.missions).length === 0;
  const enabled = account !== undefined && isNew;
  const domains = useQuery({ ...domainsQuery, enabled }).data?.items;
  const inboxes = useQuery({ ...inboxesQuery, enabled }).data?.items;
  const campaigns = useQuery({ ...campaignsQuery, enabled }).data?.items;
  const imports = useQuery({ ...importsQuery(account?.user_id ?? ""), enabled }).data;
  return enabled && domains && inboxes && campaigns && imports ? { account, domains, inboxes, campaigns, imports } : null;
};

interface FormsProps {
  readonly step: StepName;
  readonly known: Known;
  readonly onDone: () => void;
}

const Form = ({ step, known, onDone }: FormsProps): ReactNode => {
  if (step === "address") return <CompanyForm account={known.account} onDone={onDone} />;
  if (step === "domain") return <DomainForm onDone={onDone} />;
  if (step === "inbox") return <InboxForm domains={known.domains} onDone={onDone} />;
  return <CampaignForm campaign={known.campaigns.find((campaign) => campaign.is_default) ?? null} onDone={onDone} />;
};

interface OnboardingProps {
  readonly onImport: () => void;
  readonly onStart: () => void;
}

export const Onboarding = ({ onImport, onStart }: OnboardingProps) => {
  const known = useKnown();
  const owns = useMay("own");
  const [open, setOpen] = useState<StepName | null>(null);
  useLiveQueries(["domains", "system"], [domainsQuery.queryKey, inboxesQuery.queryKey, campaignsQuery.queryKey, ["leads", "imports"]], 500);
  if (!known) return null;
  const steps = stepsOf(known);
  const next = steps.find((step) => !step.done);
  const begin = (name: StepName): void => (name === "leads" ? onImport() : name === "mission" ? onStart() : setOpen(name));
  const opened = steps.find(({ name }) => name === open);
  return (
    <Panel title="Your first mission" flush>
      <ol className="divide-y divide-line">
        {steps.map((step) => (
          <li key={step.name} className="flex items-center gap-3 px-4 py-2">
            {step.done ? (
              <Check aria-hidden size={16} className="shrink-0 text-completed" />
            ) : (
              <Circle aria-hidden size={16} className="shrink-0 text-faint" />
            )}
            <span className="min-w-0 flex-1 text-13 break-words">
              <span className="font-medium">{step.label}</span> <span className="sr-only">{step.done ? "(done)" : "(to do)"}</span>
              <span className="block text-soft">{step.why}</span>
            </span>
            {(!step.done || step.name === "leads") && (
              <Button
                small
                look={step === next ? "primary" : "plain"}
                unavailable={
                  (step.name === "mission" && next !== step && `First: ${next?.label.toLowerCase()}`) ||
                  (step.name === "address" && !owns && "Only the owner of the account enters it.")
                }
                onClick={() => begin(step.name)}
              >
                {step.action}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {opened && (
        <FormDialog title={opened.label} wide={opened.name === "campaign"} onClose={() => setOpen(null)}>
          {(close) => (
            <Suspense fallback={null}>
              <Form step={opened.name} known={known} onDone={close} />
            </Suspense>
          )}
        </FormDialog>
      )}
    </Panel>
  );
};
