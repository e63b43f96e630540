/** The session as Supabase Auth keeps it on this device. */
import type { Session } from "@supabase/auth-js";

export const KEPT_AS = "rex-session";

/** Seconds before its end at which Supabase Auth refreshes a session. */
const MARGIN = 90;

/** null: nobody is signed in here. */
export const readKept = (): Session | null => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT_AS) ?? "null") as Session | null;
    return kept?.access_token && kept.user ? kept : null;
  } catch {
    return null;
  }
};

export const holds = (session: Session, now: number): boolean => (session.expires_at ?? 0) - now / 1_000 > MARGIN;

/** Whether the address carries what a link of a mail says about a session. */
export const comesByLink = (hash: string): boolean => /[#&](access_token|error)/.test(hash);
