/**
 * The messages of an account as they happen, over Supabase Realtime: each once and in order, although broadcasts may be lost.
 * Works with a `RealtimeClient` as with a whole `SupabaseClient`: both have what `Realtime` names, and nothing is imported.
 */
import { type Envelope, type Hint, type Page, type Step, takeBroadcast, takePage } from "./sequences.ts";

export type Positions = Readonly<Record<string, number | null>>;

export interface RealtimeTopic {
  on(type: "broadcast", filter: { event: string }, callback: (said: { payload: Hint }) => void): RealtimeTopic;
  subscribe(callback: (state: string, error?: Error) => void): RealtimeTopic;
}

export interface Realtime {
  channel(topic: string, params: { config: { private: boolean } }): RealtimeTopic;
  removeChannel(channel: never): Promise<unknown>;
}

export interface Following {
  readonly realtime: Realtime;
  readonly account: string;
  /** The last message of each channel that is known already; null begins with what comes now. */
  readonly after: Positions;
  /** Calls `rex_read_messages(p_account, p_after)`; it is called again when it rejects, unless with a `status` of 401 or 403. */
  readonly read: (account: string, after: Positions) => Promise<Readonly<Record<string, Page>>>;
  /** What it throws goes to `onError`; it gets the same messages again, and later ones after them. */
  readonly onMessages: (channel: string, messages: readonly Envelope[]) => void;
  /** Messages are gone that were never seen: load anew what they told; the next ones come after `last`. */
  readonly onAfresh: (channel: string, last: number) => void;
  /** What Realtime says of a channel: SUBSCRIBED, CHANNEL_ERROR, TIMED_OUT or CLOSED. */
  readonly onState?: (channel: string, state: string) => void;
  /** What the application threw; or, with `ended`, why it may read no more: every topic is left then, and nothing comes any more. */
  readonly onError?: (error: unknown, ended: boolean) => void;
  readonly pollSeconds?: number;
}

export interface Follower {
  positions(): Positions;
  /** Leaves every topic; the application hears nothing after it. */
  leave(): Promise<void>;
}

const POLL_SECONDS = 30;
const LONGEST_PAUSE = 30_000;
const REJOIN_PAUSE = 1_000;
const MOST_WAITING = 1_000;
const REFUSED: readonly unknown[] = [401, 403];

const isRefused = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "status" in error && REFUSED.includes(error.status);

/** Join the channels; before, `await realtime.setAuth()` where the client takes tokens from a callback. */
export const follow = (what: Following): Follower => {
  const positions: Record<string, number | null> = { ...what.after };
  const joined = new Map<string, RealtimeTopic>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let stale = new Set(Object.keys(positions));
  let waiting: [channel: string, hint: Hint][] = [];
  let reading: Promise<void> | null = null;
  let left = false;

  /** Hand over, then move: what the application did not take is read again. Returns whether it took it. */
  const apply = (channel: string, step: Step): boolean => {
    try {
      if (step.afresh) what.onAfresh(channel, step.last);
      else if (step.messages.length) what.onMessages(channel, step.messages);
    } catch (error) {
      stale.add(channel);
      what.onError?.(error, false);
      return false;
    }
    positions[channel] = step.last;
    if (step.behind) stale.add(channel);
    return true;
  };

  const hear = (channel: string, hint: Hint): void => {
    if (left) return;
    if (reading) {
      if (waiting.length < MOST_WAITING) waiting.push([channel, hint]);
      else stale.add(channel);
      return;
    }
    const last = positions[channel];
    if (typeof last === "number") apply(channel, takeBroadcast(last, hint));
    else stale.add(channel);
    catchUp();
  };

  const failed = (error: unknown): null => {
    if (isRefused(error) && !left) {
      void leave();
      what.onError?.(error, true);
    }
    return null;
  };

  /** Whether all that was asked for came and was taken. */
  const readOnce = async (): Promise<boolean> => {
    const asked = stale;
    stale = new Set();
    const after = Object.fromEntries([...asked].map((channel) => [channel, positions[channel] ?? null]));
    const pages = await what.read(what.account, after).catch(failed);
    let taken = pages !== null;
    for (const channel of asked) {
      const page = pages?.[channel];
      if (left) break;
      if (page) taken = apply(channel, takePage(positions[channel] ?? null, page)) && taken;
      else stale.add(channel);
    }
    return taken;
  };

  const readAll = async (): Promise<void> => {
    for (let failures = 0; stale.size && !left; ) {
      failures = (await readOnce()) ? 0 : failures + 1;
      if (failures) await pause(Math.min(LONGEST_PAUSE, 250 * 2 ** failures));
    }
  };

  /** One read at a time; broadcasts wait meanwhile, and are taken after it. */
  const catchUp = (): void => {
    if (reading || !stale.size || left) return;
    reading = readAll().finally(() => {
      reading = null;
      const heard = waiting;
      waiting = [];
      for (const [channel, hint] of heard) hear(channel, hint);
      catchUp();
    });
  };

  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      if (left) return resolve();
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, milliseconds);
      timers.add(timer);
    });

  const join = (channel: string): void => {
    if (left) return;
    const topic = what.realtime.channel(`rex:${what.account}:${channel}`, { config: { private: true } });
    joined.set(channel, topic);
    topic
      .on("broadcast", { event: "messages" }, (said) => hear(channel, said.payload))
      .subscribe((state) => {
        if (left || joined.get(channel) !== topic) return;
        what.onState?.(channel, state);
        if (state === "SUBSCRIBED") {
          stale.add(channel);
          void catchUp();
        }
        // The client comes back from every other state by itself, but not from a channel that the server closed.
        else if (state === "CLOSED") void pause(REJOIN_PAUSE).then(() => join(channel));
      });
  };

  const poll = setInterval(
    () => {
      for (const channel of Object.keys(positions)) stale.add(channel);
      catchUp();
    },
    (what.pollSeconds ?? POLL_SECONDS) * 1000,
  );

  const leave = async (): Promise<void> => {
    left = true;
    clearInterval(poll);
    for (const timer of timers) clearTimeout(timer);
    await Promise.allSettled([...joined.values()].map((topic) => what.realtime.removeChannel(topic as never)));
  };

  for (const channel of Object.keys(positions)) join(channel);
  catchUp();

  return { positions: () => ({ ...positions }), leave };
};
