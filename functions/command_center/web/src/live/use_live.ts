/** How a view keeps up: it names its channels and what is to be read again. Broadcasts only say that something changed. */
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Channel } from "./channels.ts";
import { live, type Said } from "./live.ts";
import { refresher } from "./refresher.ts";
import type { Envelope } from "./sequences.ts";

export const useConnection = (): Said => useSyncExternalStore(live.watch, live.said);

interface Refreshed {
  readonly channels: readonly Channel[];
  /** Which thing of the view a message is about; null: none of it. Without it every message means everything. */
  readonly idOf?: (message: Envelope) => string | null;
  /** Reads these ids again, or all when null, and puts them on screen. */
  readonly read: (ids: ReadonlySet<string> | null) => Promise<unknown>;
  readonly gap?: number;
}

/** For lists: reads only the rows that changed, one read in flight. */
export const useLiveRows = (given: Refreshed): void => {
  const latest = useRef(given);
  useEffect(() => {
    latest.current = given;
  });
  const channels = given.channels.join();
  const gap = given.gap;
  useEffect(() => {
    const refreshing = refresher({ read: (ids) => latest.current.read(ids), ...(gap === undefined ? {} : { gap }) });
    const leave = live.listen(channels.split(",") as Channel[], (messages) => {
      const idOf = latest.current.idOf;
      if (!messages || !idOf) return refreshing.mark(null);
      const ids = messages.map(idOf).filter((id) => id !== null);
      if (ids.length) refreshing.mark(ids);
    });
    return () => {
      leave();
      refreshing.stop();
    };
  }, [channels, gap]);
};

/** For what is one query, or few: they are read again when a message of these channels comes, at most every `gap` milliseconds. */
export const useLiveQueries = (channels: readonly Channel[], keys: readonly QueryKey[], gap = 250): void => {
  const client = useQueryClient();
  useLiveRows({
    channels,
    gap,
    read: () => Promise.all(keys.map((queryKey) => client.refetchQueries({ queryKey, type: "active" }, { throwOnError: true }))),
  });
};
