import type { Domain } from "../../services/domains.ts";
import { useZone } from "../../session/use_account.ts";
import { useNow } from "../../ui/time.tsx";
import { dayOf, type Ramp, rampOf } from "./ramp.ts";

/** Ramps as they are now, in days of the account; null also until its zone is known. */
export const useRamp = () => {
  const zone = useZone();
  const now = useNow(60_000);
  return {
    rampOf: (domain: Domain): Ramp | null => (zone === undefined ? null : rampOf(domain, now, zone)),
    dayOf: (since: string): number | null => (zone === undefined ? null : dayOf(since, now, zone)),
  };
};
