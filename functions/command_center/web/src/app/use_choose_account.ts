import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { chooseAccount } from "../session/account.ts";

/** Act for another account, null for one's own; nothing of the one before stays. */
export const useChooseAccount = () => {
  const client = useQueryClient();
  const router = useRouter();
  return async (account: string | null): Promise<void> => {
    chooseAccount(account);
    await client.resetQueries();
    await router.invalidate();
  };
};
