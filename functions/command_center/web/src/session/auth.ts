/** Who is signed in. A session that holds is read where it is kept; what refreshes, begins or ends one is loaded when it is needed. */
import type { Session } from "@supabase/auth-js";
import type { auth } from "./client.ts";
import { comesByLink, holds, readKept } from "./kept.ts";

let loading: Promise<typeof auth> | null = null;

/** Supabase Auth, which from then on keeps the session fresh by itself. */
export const loadAuth = (): Promise<typeof auth> => {
  loading ??= import("./client.ts").then(({ auth }) => auth);
  loading.catch(() => {
    loading = null;
  });
  return loading;
};

/** The session, refreshed where it had expired; null when nobody is signed in. */
export const readSession = async (): Promise<Session | null> => {
  if (!comesByLink(location.hash)) {
    const kept = readKept();
    if (!kept || holds(kept, Date.now())) return kept;
  }
  return (await (await loadAuth()).getSession()).data.session;
};

export const readToken = async (): Promise<string | null> => (await readSession())?.access_token ?? null;
