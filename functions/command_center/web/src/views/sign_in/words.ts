/** What Supabase Auth says, as a person needs to hear it: what happened, and what to do next. */
import { Problem, unreachable } from "../../services/problem.ts";

/** As supabase/config.toml asks for. */
export const SHORTEST_PASSWORD = 12;

const WORDS: Record<string, readonly [what: string, next: string]> = {
  invalid_credentials: ["No account has this address with this password.", "Check both, or ask for a link to set a new password."],
  user_already_exists: ["There is an account with this address already.", "Sign in instead, or ask for a link to set a new password."],
  email_exists: ["There is an account with this address already.", "Sign in instead, or ask for a link to set a new password."],
  email_address_invalid: ["This address cannot receive mail.", "Check it for a typing error."],
  email_not_confirmed: ["This address is not confirmed yet.", "Open the link in the mail we sent you; look into the spam folder too."],
  weak_password: ["This password is too easy to guess.", `Take a longer one: at least ${SHORTEST_PASSWORD} characters.`],
  validation_failed: ["This address cannot receive mail.", "Check it for a typing error."],
  same_password: ["This is the password you have now.", "Choose another one."],
  signup_disabled: ["This deployment takes no new accounts.", "Ask whoever runs it."],
  over_request_rate_limit: ["Too many attempts in a short time.", "Wait a minute, then try again."],
  over_email_send_rate_limit: ["A mail was sent to this address just now.", "Look into your inbox, or wait a minute and try again."],
  otp_expired: ["The link has expired or was used already.", "Ask for a new one."],
  session_not_found: ["The link has expired or was used already.", "Ask for a new one."],
};

interface AuthFailure {
  readonly name?: string;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly message: string;
}

export const problemOf = (error: AuthFailure): Problem => {
  if (error.name === "AuthRetryableFetchError" || error.status === 0) return unreachable();
  const code = error.name === "AuthSessionMissingError" ? "session_not_found" : (error.code ?? "unknown");
  const [what, next] = WORDS[code] ?? [error.message, "Try again in a moment; if it stays so, tell whoever runs this deployment."];
  return new Problem(error.status ?? -1, code, what, next);
};

export const expiredLink = (): Problem => problemOf({ name: "AuthSessionMissingError", status: 403, message: "" });

const HERE = "https://rex.invalid";

/** Where to go after the sign-in: an address of this page, and never one of somebody else's; `/.//host` would become `//host`. */
export const safeNext = (next: string | undefined): string => {
  if (!next?.startsWith("/") || !URL.canParse(next, HERE)) return "/";
  const url = new URL(next, HERE);
  const isHere = url.origin === HERE && !url.pathname.startsWith("//") && url.pathname !== "/sign-in";
  return isHere ? `${url.pathname}${url.search}${url.hash}` : "/";
};

/** A stack on one machine sends no mails, so it cannot prove that an address is somebody's. */
export const sendsMails = (supabaseUrl: string): boolean => !["localhost", "127.0.0.1", "[::1]"].includes(new URL(supabaseUrl).hostname);
