/** What stays while views change: the way between them, the connection, the stop button, and who is signed in. */
import { useIsFetching, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { CHANNELS } from "../live/channels.ts";
import { live } from "../live/live.ts";
import { forgetUnseen } from "../live/unseen.ts";
import { useConnection, useLiveQueries } from "../live/use_live.ts";
import { accountQuery, isNoMember } from "../services/account.ts";
import { useChosenAccount } from "../session/account.ts";
import { loadAuth } from "../session/auth.ts";
import { KEPT_AS, readKept } from "../session/kept.ts";
import { whenIdle } from "../ui/idle.ts";
import { Failed } from "../ui/states.tsx";
import { ConnectionIndicator } from "./connection.tsx";
import { Keyboard } from "./keyboard.tsx";
import { PersonMenu } from "./person_menu.tsx";
import { BottomBar, Rail } from "./rail.tsx";
import { StopButton } from "./stop.tsx";
import { useWide } from "./use_wide.ts";

const route = getRouteApi("/in");

const NoMember = lazy(() => import("./no_member.tsx").then(({ NoMember }) => ({ default: NoMember })));

/** Milliseconds after which the account is followed although the view still waits for an answer. */
const LONGEST = 3_000;

/** Milliseconds after which the session is kept fresh; until then a request that finds it expired refreshes it. */
const FRESH = 10_000;

/** Follow the account, null: none, once the first view stands: what that needs comes before what the connection needs. */
const useFollowing = (account: string | null): void => {
  const reading = useIsFetching() > 0;
  const [ready, setReady] = useState(false);
  useEffect(() => (ready ? undefined : whenIdle(() => setReady(true), reading ? LONGEST : 0)), [ready, reading]);
  useEffect(() => (ready && account ? live.start(account) : undefined), [account, ready]);
};

/** When nothing comes any more, the account itself says why: who is signed out is led to the sign-in by its answer. */
const useWhyEnded = (): void => {
  const client = useQueryClient();
  const ended = useConnection().connection === "ended";
  useEffect(() => {
    if (ended) void client.refetchQueries({ queryKey: accountQuery.queryKey });
  }, [client, ended]);
};

const useForgetting = (): void => {
  const client = useQueryClient();
  useEffect(() => forgetUnseen(client, (hear) => live.listen(CHANNELS, hear)), [client]);
};

/** Who is somebody else by now, because they signed in in another tab, must not act on what stands here. */
const useSamePerson = (id: string): void => {
  useEffect(() => {
    const hear = ({ key }: StorageEvent): void => {
      if ((key === KEPT_AS || key === null) && readKept()?.user.id !== id) location.reload();
    };
    window.addEventListener("storage", hear);
    return () => window.removeEventListener("storage", hear);
  }, [id]);
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

/** Instead of a view of an account that was open when the person stopped being a member of it. */
const Gone = ({ error }: { readonly error: unknown }) => {
  const client = useQueryClient();
  const again = () => {
    client.removeQueries({ type: "inactive" });
    void client.refetchQueries({ queryKey: accountQuery.queryKey });
  };
  return (
    <div className="p-4">
      <Failed error={error} onRetry={again} />
    </div>
  );
};

export const Shell = () => {
  const { person } = route.useLoaderData();
  const acting = useChosenAccount() ?? person.id;
  const { data: account, error } = useQuery(accountQuery);
  const refused = isNoMember(error);
  useFollowing(refused ? null : acting);
  useWhyEnded();
  useForgetting();
  useSamePerson(person.id);
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
        <header className="sticky top-0 z-10 flex h-12 pointer-coarse:h-14 items-center justify-end gap-2 border-b border-line bg-page px-3 sm:px-6">
          <Keyboard />
          {!refused && <ConnectionIndicator />}
          <StopButton />
          <PersonMenu email={person.email ?? ""} />
        </header>
        {refused ? (
          <Suspense>
            <NoMember />
          </Suspense>
        ) : (
          <Banner />
        )}
        <main id="view" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
          {refused && account ? <Gone error={error} /> : <Outlet key={acting} />}
        </main>
      </div>
      {!wide && <BottomBar />}
    </div>
  );
};
