/** Supabase Auth: keeps the session, refreshes it, and tells other tabs. */
import { AuthClient } from "@supabase/auth-js";
import { config } from "../app/config.ts";
import { KEPT_AS } from "./kept.ts";

/** Links in mails carry the session in the hash, so that they also open on another device than the one that asked for them. */
export const auth = new AuthClient({
  url: `${config.supabaseUrl}/auth/v1`,
  headers: { apikey: config.publishableKey },
  storageKey: KEPT_AS,
  flowType: "implicit",
  detectSessionInUrl: true,
});
