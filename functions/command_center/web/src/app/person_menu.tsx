/** Who is signed in, for which account they act, the theme, and the way out. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { LogOut, MonitorX, User } from "lucide-react";
import { useState } from "react";
import { accountQuery } from "../services/account.ts";
import { useAction } from "../services/use_action.ts";
import { chooseAccount } from "../session/account.ts";
import { loadAuth } from "../session/auth.ts";
import { chooseTheme, THEMES, type Theme, useTheme } from "../theme/theme.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Select } from "../ui/field.tsx";
import { formatName } from "../ui/formats.ts";
import { useChooseAccount } from "./use_choose_account.ts";

const ChooseAccount = () => {
  const account = useQuery(accountQuery).data;
  const choose = useChooseAccount();
  if (!account || account.accounts.length < 2) return null;
  return (
    <Select label="Account" value={account.user_id} onChange={(event) => choose(event.target.value)}>
      {account.accounts.map(({ user_id, company, role }) => (
        <option key={user_id} value={user_id}>
          {company ?? user_id} ({role})
        </option>
      ))}
    </Select>
  );
};

export const ChooseTheme = () => (
  <Select label="Appearance" value={useTheme()} onChange={(event) => chooseTheme(event.target.value as Theme)}>
    {THEMES.map((theme) => (
      <option key={theme} value={theme}>
        {theme === "system" ? "As the system" : formatName(theme)}
      </option>
    ))}
  </Select>
);

/** Signs out on this device; nothing that was read stays. */
export const useLeave = (): (() => Promise<void>) => {
  const navigate = useNavigate();
  const client = useQueryClient();
  return async () => {
    await (await loadAuth()).signOut({ scope: "local" });
    chooseAccount(null);
    client.clear();
    await navigate({ to: "/sign-in", search: {} });
  };
};

/** For a device that was lost: whoever is signed in there is, at the latest when the session there is renewed, no more. */
const LeaveOthers = () => {
  const leave = useAction({
    run: (_: null) => import("../views/sign_in/deeds.ts").then(({ signOutOthers }) => signOutOthers()),
    done: () => "Signed out everywhere else. A page that is open there notices within the hour.",
  });
  return (
    <Button look="quiet" icon={<MonitorX aria-hidden size={14} />} busy={leave.busy} onClick={() => leave.start(null)}>
      Sign out everywhere else
    </Button>
  );
};

export const PersonMenu = ({ email }: { readonly email: string }) => {
  const [open, setOpen] = useState(false);
  const leave = useLeave();
  return (
    <>
      <IconButton
        label={`Signed in as ${email}`}
        aria-haspopup="dialog"
        icon={<User aria-hidden size={16} />}
        onClick={() => setOpen(true)}
      />
      {open && (
        <Dialog
          title={email}
          onClose={() => setOpen(false)}
          actions={
            <>
              <LeaveOthers />
              <Button icon={<LogOut aria-hidden size={14} />} onClick={leave}>
                Sign out
              </Button>
            </>
          }
        >
          <div className="flex flex-col gap-4">
            <ChooseAccount />
            <ChooseTheme />
          </div>
        </Dialog>
      )}
    </>
  );
};
