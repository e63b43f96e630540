/** The quick actions, their forms, and for a new account the way to its first mission. */
import { useNavigate } from "@tanstack/react-router";
import { Upload } from "lucide-react";
import { useMay } from "../../session/use_account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ImportLeads } from "./import_leads.tsx";
import { NewMission } from "./new_mission.tsx";
import { Onboarding } from "./onboarding.tsx";
import { QUICK, type QuickType } from "./types.ts";
import { useRefusal, useRefused } from "./use_refusal.ts";

export type Open = QuickType | "import" | undefined;

const QuickAction = ({ at, onOpen }: { readonly at: (typeof QUICK)[number]; readonly onOpen: () => void }) => {
  const refusal = useRefusal(at.type);
  const Icon = at.icon;
  return (
    <Button
      look={at.type === "lead_reactivation" ? "primary" : "plain"}
      icon={<Icon aria-hidden size={16} />}
      title={at.does}
      unavailable={refusal}
      onClick={onOpen}
    >
      {at.label}
    </Button>
  );
};

export const Start = ({ open }: { readonly open: Open }) => {
  const may = useMay("operate");
  const navigate = useNavigate();
  const refused = useRefused();
  const go = (start: Open): void => void navigate({ to: "/", search: start ? { start } : {} });
  if (!may) return null;
  return (
    <>
      <Onboarding onImport={() => go("import")} onStart={() => go("lead_reactivation")} />
      <section aria-label="Quick actions" className="flex flex-wrap items-center gap-2">
        {QUICK.map((at) => (
          <QuickAction key={at.type} at={at} onOpen={() => go(at.type)} />
        ))}
        <Button icon={<Upload aria-hidden size={16} />} onClick={() => go("import")}>
          Import leads
        </Button>
        {refused && <p className="text-12 text-faint sm:ml-2">{refused}</p>}
      </section>
      {open === "import" && (
        <Dialog title="Import leads" wide onClose={() => go(undefined)}>
          <ImportLeads onDone={() => go("lead_reactivation")} />
        </Dialog>
      )}
      {open && open !== "import" && <NewMission type={open} onClose={() => go(undefined)} />}
    </>
  );
};
