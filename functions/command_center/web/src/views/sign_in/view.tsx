/** Sign up, sign in, and a new password; whoever came from elsewhere on the page goes back there. */
import { createLazyRoute, getRouteApi, Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { config } from "../../app/config.ts";
import { readSession } from "../../session/auth.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { askForLink, type Given, type Outcome, setPassword, signIn, signUp } from "./deeds.ts";
import { expiredLink, SHORTEST_PASSWORD, safeNext, sendsMails } from "./words.ts";

const route = getRouteApi("/sign-in");

type Mode = "in" | "up" | "forgot" | "reset";

interface About {
  readonly title: string;
  readonly action: string;
  readonly deed: (given: Given) => Promise<Outcome>;
  readonly asked: string;
}

const ABOUT: Record<Mode, About> = {
  in: { title: "Sign in to REX", action: "Sign in", deed: signIn, asked: "" },
  up: {
    title: "Create your account",
    action: "Create account",
    deed: signUp,
    asked: "Open the link in the mail we sent you; it brings you back here, signed in.",
  },
  forgot: {
    title: "Set a new password",
    action: "Send me a link",
    deed: askForLink,
    asked: "If there is an account with this address, a link to set a new password is on its way.",
  },
  reset: { title: "Choose a new password", action: "Save the password", deed: setPassword, asked: "" },
};

const Ways = ({ mode, next }: { readonly mode: Mode; readonly next: string | undefined }) => {
  const search = next === undefined ? {} : { next };
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-13 text-soft">
      {mode !== "in" && (
        <Link to="/sign-in" search={search} className="link">
          I have an account
        </Link>
      )}
      {mode !== "up" && (
        <Link to="/sign-in" search={{ ...search, mode: "up" }} className="link">
          Create an account
        </Link>
      )}
      {mode === "in" && (
        <Link to="/sign-in" search={{ ...search, mode: "forgot" }} className="link">
          I forgot my password
        </Link>
      )}
    </p>
  );
};

const Form = ({ mode, next }: { readonly mode: Mode; readonly next: string | undefined }) => {
  const { action, deed, asked } = ABOUT[mode];
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      const outcome = await deed({ email: String(given.get("email") ?? "").trim(), password: String(given.get("password") ?? "") });
      // The page is loaded anew, so that nothing of whoever used it before stays.
      if (outcome === "in") location.replace(safeNext(next));
      else setDone(true);
    } catch (problem) {
      setError(problem);
    }
    setBusy(false);
  };
  if (done)
    return (
      <p role="status" className="text-soft">
        {sendsMails(config.supabaseUrl)
          ? asked
          : "This REX runs on one machine and sends no mails, so there is no link. Create another account, or ask whoever runs it."}
      </p>
    );
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {mode !== "reset" && <Field label="Email" name="email" type="email" autoComplete="username" required maxLength={254} />}
      {mode !== "forgot" && (
        <Field
          label={mode === "reset" ? "New password" : "Password"}
          name="password"
          type="password"
          autoComplete={mode === "in" ? "current-password" : "new-password"}
          required
          maxLength={72}
          {...(mode === "in" ? {} : { minLength: SHORTEST_PASSWORD, hint: `At least ${SHORTEST_PASSWORD} characters.` })}
        />
      )}
      {error !== null && <Failed error={error} />}
      <Button look="primary" type="submit" busy={busy}>
        {action}
      </Button>
    </form>
  );
};

/** A new password is chosen by whoever the link of the mail signed in; without that the form could only fail. */
const ByLink = ({ children }: { readonly children: ReactNode }) => {
  const [holds, setHolds] = useState<boolean | null>(null);
  useEffect(() => {
    void readSession().then((session) => setHolds(session !== null));
  }, []);
  if (holds === null) return <SkeletonRows rows={2} />;
  if (holds) return children;
  return (
    <>
      <Failed error={expiredLink()} />
      <Link to="/sign-in" search={{ mode: "forgot" }} className="link text-13">
        Ask for a new link
      </Link>
    </>
  );
};

const SignIn = () => {
  const { mode = "in", next } = route.useSearch();
  const { title } = ABOUT[mode];
  const form = <Form key={mode} mode={mode} next={next} />;
  useEffect(() => {
    document.title = `${title} · REX`;
  }, [title]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-100 flex-col justify-center gap-5 px-4 py-8">
      <Mark />
      <h1 className="text-20">{title}</h1>
      {mode === "reset" ? <ByLink>{form}</ByLink> : form}
      <Ways mode={mode} next={next} />
    </main>
  );
};

export const lazy = createLazyRoute("/sign-in")({ component: SignIn });
