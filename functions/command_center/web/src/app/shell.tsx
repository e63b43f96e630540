/** What stays while views change: the way between them, the connection, the stop button, and who is signed in. */
import { useIsFetching, useQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { live } from "../live/live.ts";
import { useLiveQueries } from "../live/use_live.ts";
import { accountQuery } from "../services/account.ts";
import { useChosenAccount } from "../session/account.ts";
import { loadAuth } from "../session/auth.ts";
import { whenIdle } from "../ui/idle.ts";
import { ConnectionIndicator } from "./connection.tsx";
import { Keyboard } from "./keyboard.tsx";
import { PersonMenu } from "./person_menu.tsx";
import { BottomBar, Rail } from "./rail.tsx";
import { StopButton } from "./stop.tsx";
import { useWide } from "./use_wide.ts";

const route = getRouteApi("/in");

/** Milliseconds after which the account is followed although the view still waits for an answer. */
const LONGEST = 3_000;

/** Milliseconds after which the session is kept fresh; until then a request that finds it expired refreshes it. */
const FRESH = 10_000;

/** Follow the account once the first view stands: what that needs comes before what the connection needs. */
const useFollowing = (account: string): void => {
  const reading = useIsFetching() > 0;
  const [ready, setReady] = useState(false);
  useEffect(() => (ready ? undefined : whenIdle(() => setReady(true), reading ? LONGEST : 0)), [ready, reading]);
  useEffect(() => (ready ? live.start(account) : undefined), [account, ready]);
};

const useFreshSession = (): void => {
  useEffect(() => whenIdle(() => void loadAuth().catch(() => undefined), FRESH), []);
};

const Banner = () => {
  const account = useQuery(accountQuery).data;
  if (!account?.paused_at) return null;
  return (
    <p role="status" className="bg-escalated-wash px-4 py-2 text-13 text-escalated sm:px-6">
      Everything of this account is stopped: nothing new begins, and no message goes out until you resume.
    </p>
  );
};

export const Shell = () => {
  const { person } = route.useLoaderData();
  useFollowing(useChosenAccount() ?? person.id);
  useFreshSession();
  useLiveQueries(["system"], [accountQuery.queryKey]);
  const wide = useWide();
  return (
    <div className="flex min-h-dvh">
      <a href="#view" className="fixed top-2 left-2 z-30 -translate-y-16 rounded-md bg-raised px-3 py-2 focus:translate-y-0">
        Skip to the view
      </a>
      {wide && <Rail />}
      <div className="flex min-w-0 flex-1 flex-col max-sm:pb-16">
        <header className="sticky top-0 z-10 flex h-12 items-center justify-end gap-2 border-b border-line bg-page px-3 sm:px-6">
          <Keyboard />
          <ConnectionIndicator />
          <StopButton />
          <PersonMenu email={person.email ?? ""} />
        </header>
        <Banner />
        <main id="view" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          <Outlet />
        </main>
      </div>
      {!wide && <BottomBar />}
    </div>
  );
};
