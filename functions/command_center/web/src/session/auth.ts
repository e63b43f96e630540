/** Who is signed in: Supabase Auth keeps the session, refreshes it, and tells when it changes. */
import { AuthClient, type Session } from "@supabase/auth-js";
import { config } from "../app/config.ts";

/** Links in mails carry the session in the hash, so that they also open on another device than the one that asked for them. */
export const auth = new AuthClient({
  url: `${config.supabaseUrl}/auth/v1`,
  headers: { apikey: config.publishableKey },
  storageKey: "rex-session",
  flowType: "implicit",
  detectSessionInUrl: true,
});

/** The session, refreshed where it had expired; null when nobody is signed in. */
export const readSession = async (): Promise<Session | null> => (await auth.getSession()).data.session;

export const readToken = async (): Promise<string | null> => (await readSession())?.access_token ?? null;
