/** Who acts, for which account, and what they may do there: what would be refused is not shown. */
import { useQuery } from "@tanstack/react-query";
import { accountQuery, isNoMember, type Role } from "../services/account.ts";

const MAY: Record<"operate" | "own", readonly Role[]> = { operate: ["owner", "operator"], own: ["owner"] };

/** `operate`: everything but settings of the account and its members, which an owner changes. False until it is known. */
export const useMay = (what: keyof typeof MAY): boolean => {
  const { data, error } = useQuery(accountQuery);
  return data !== undefined && !isNoMember(error) && MAY[what].includes(data.role);
};

/** The account's time zone, in whose days caps are counted; undefined until it is known. */
export const useZone = (): string | undefined => useQuery(accountQuery).data?.time_zone;
