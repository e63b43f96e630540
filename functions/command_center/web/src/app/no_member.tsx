/** What stands above a view when the person may not act for the account they chose, or not any more: the way back to their own. */
import { Button } from "../ui/button.tsx";
import { useChooseAccount } from "./use_choose_account.ts";

export const NoMember = () => {
  const choose = useChooseAccount();
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-4 gap-y-2 bg-escalated-wash px-4 py-2 text-13 text-escalated sm:px-6">
      <p className="min-w-0 flex-1 basis-60">
        You are not a member of the account you chose, so nothing of it is shown. Its owner can add you.
      </p>
      <Button small onClick={() => choose(null)}>
        Go to your own account
      </Button>
    </div>
  );
};
