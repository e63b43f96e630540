/** What a person asks of Supabase Auth; each raises a Problem. */
import { loadAuth } from "../../session/auth.ts";
import { problemOf } from "./words.ts";

export interface Given {
  readonly email: string;
  readonly password: string;
}

/** `in`: signed in; `asked`: a mail with a link is on its way. */
export type Outcome = "in" | "asked";

export const signIn = async (given: Given): Promise<Outcome> => {
  const { error } = await (await loadAuth()).signInWithPassword(given);
  if (error) throw problemOf(error);
  return "in";
};

export const signUp = async ({ email, password }: Given): Promise<Outcome> => {
  const { data, error } = await (await loadAuth()).signUp({ email, password, options: { emailRedirectTo: `${location.origin}/` } });
  if (error) throw problemOf(error);
  return data.session ? "in" : "asked";
};

export const askForLink = async ({ email }: Given): Promise<Outcome> => {
  const { error } = await (await loadAuth()).resetPasswordForEmail(email, { redirectTo: `${location.origin}/sign-in?mode=reset` });
  if (error) throw problemOf(error);
  return "asked";
};

export const setPassword = async ({ password }: Given): Promise<Outcome> => {
  const { error } = await (await loadAuth()).updateUser({ password });
  if (error) throw problemOf(error);
  return "in";
};

/** Ends the person's sessions on all other devices. */
export const signOutOthers = async (): Promise<void> => {
  const { error } = await (await loadAuth()).signOut({ scope: "others" });
  if (error) throw problemOf(error);
};
