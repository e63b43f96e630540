/** One connection to Realtime that follows all channels of an account; loaded after the first paint. */
import { RealtimeClient } from "@supabase/realtime-js";
import { config } from "../app/config.ts";
import { rpc } from "../services/http.ts";
import { asProblem, type Problem } from "../services/problem.ts";
import { readToken } from "../session/auth.ts";
import { CHANNELS, type Channel } from "./channels.ts";
import { follow, type Positions, type Realtime } from "./follow.ts";
import type { Envelope, Page } from "./sequences.ts";

const HEARTBEAT = 5_000;

/** What the connection says about itself, whenever it changes. */
export interface Saying {
  heard(answered: boolean): void;
  joined(channel: Channel, is: boolean): void;
  reading(is: boolean): void;
}

export interface Hearing extends Saying {
  readonly account: string;
  /** From an earlier connection; nulls begin with what comes now. */
  readonly after: Positions;
  messages(channel: Channel, messages: readonly Envelope[]): void;
  /** Anything of this channel may have changed. */
  afresh(channel: Channel): void;
  /** Nothing comes any more: the account may not be read, or nobody is signed in. */
  ended(why: Problem): void;
}

export interface Connected {
  positions(): Positions;
  /** Ask the socket at once whether it is still there, and open a new one at once where it is not: the network has changed. */
  check(): void;
  leave(): Promise<void>;
}

type Pages = Readonly<Record<string, Page>>;

export const connect = async (hearing: Hearing): Promise<Connected> => {
  const realtime = new RealtimeClient(`${config.supabaseUrl}/realtime/v1`.replace(/^http/, "ws"), {
    params: { apikey: config.publishableKey },
    accessToken: readToken,
    heartbeatIntervalMs: HEARTBEAT,
    heartbeatCallback: (status) => {
      if (status !== "sent") hearing.heard(status === "ok");
    },
  });
  await realtime.setAuth();

  // What was read on the page before the first answer came may be older than the numbers in it.
  const started = new Set<string>();
  const read = async (account: string, after: Positions): Promise<Pages> => {
    hearing.reading(true);
    try {
      const pages = await rpc<Pages>("rex_read_messages", { p_account: account, p_after: after });
      for (const channel of CHANNELS) {
        if (after[channel] !== null || started.has(channel) || !pages[channel]) continue;
        started.add(channel);
        queueMicrotask(() => hearing.afresh(channel));
      }
      return pages;
    } finally {
      hearing.reading(false);
    }
  };

  const follower = follow({
    realtime: realtime as unknown as Realtime,
    account: hearing.account,
    after: hearing.after,
    read,
    onMessages: (channel, messages) => hearing.messages(channel as Channel, messages),
    onAfresh: (channel) => hearing.afresh(channel as Channel),
    onError: (error, ended) => {
      if (!ended) return reportError(error);
      void realtime.disconnect();
      hearing.ended(asProblem(error));
    },
    onState: (channel, state) => {
      hearing.joined(channel as Channel, state === "SUBSCRIBED");
      // A channel fails while the socket still counts as open, although the heartbeat that failed it was not answered.
      if (state === "SUBSCRIBED") hearing.heard(true);
      else if (!realtime.isConnected()) hearing.heard(false);
    },
  });
  return {
    positions: follower.positions,
    check: () => {
      if (realtime.isConnected()) void realtime.sendHeartbeat();
      else realtime.connect();
    },
    leave: async () => {
      await follower.leave();
      await realtime.disconnect();
    },
  };
};
