/** The live messages of the account on screen: who listens to what, and what may be said about the connection. */
import { CHANNELS, type Channel } from "./channels.ts";
import type { Connected } from "./connect.ts";
import { type Connection, judge } from "./connection.ts";
import type { Positions } from "./follow.ts";
import type { Envelope } from "./sequences.ts";

/** Messages of a channel, oldest first; null: anything of it may have changed. */
export type Hear = (messages: readonly Envelope[] | null, channel: Channel) => void;

export interface Said {
  readonly connection: Connection;
  /** When the other side was last heard, in milliseconds of the page's clock; null: never. */
  readonly heardAt: number | null;
}

const NOTHING: Positions = Object.fromEntries(CHANNELS.map((channel) => [channel, null]));

const TRY_AGAIN = 5_000;

class Live {
  #account: string | null = null;
  #positions = NOTHING;
  #connected: Promise<Connected> | null = null;
  #byPerson = false;
  #ended = false;
  #heard = false;
  #reading = 0;
  #wasLive = false;
  #joined = new Set<Channel>();
  #listeners = new Map<Hear, ReadonlySet<Channel>>();
  #watchers = new Set<() => void>();
  #said: Said = { connection: "connecting", heardAt: null };

  readonly said = (): Said => this.#said;

  readonly watch = (tell: () => void): (() => void) => {
    this.#watchers.add(tell);
    return () => void this.#watchers.delete(tell);
  };

  listen(channels: readonly Channel[], hear: Hear): () => void {
    this.#listeners.set(hear, new Set(channels));
    return () => void this.#listeners.delete(hear);
  }

  /** Follow this account from now on; returns how to end it. */
  start(account: string): () => void {
    this.#account = account;
    this.#positions = NOTHING;
    this.#wasLive = false;
    this.#ended = false;
    this.#open();
    document.addEventListener("visibilitychange", this.#look);
    window.addEventListener("offline", this.#check);
    window.addEventListener("online", this.#check);
    return () => {
      document.removeEventListener("visibilitychange", this.#look);
      window.removeEventListener("offline", this.#check);
      window.removeEventListener("online", this.#check);
      this.#account = null;
      this.#close();
    };
  }

  /** Nothing comes until `resume`, which catches up with what came meanwhile. */
  pause(): void {
    this.#byPerson = true;
    this.#look();
  }

  resume(): void {
    this.#byPerson = false;
    this.#look();
  }

  readonly #look = (): void => {
    if (document.hidden || this.#byPerson) this.#close();
    else this.#open();
  };

  readonly #check = (): void => void this.#connected?.then((connected) => connected.check());

  #open(): void {
    const account = this.#account;
    if (this.#connected || !account || this.#byPerson) {
      this.#say();
      return;
    }
    const here = (): boolean => this.#connected === opening;
    const opening: Promise<Connected> = import("./connect.ts").then(({ connect }) =>
      connect({
        account,
        after: this.#positions,
        heard: (answered) => here() && this.#say(() => this.#hear(answered)),
        joined: (channel, is) => here() && this.#say(() => (is ? this.#joined.add(channel) : this.#joined.delete(channel))),
        reading: (is) => here() && this.#say(() => this.#count(is ? 1 : -1)),
        messages: (channel, messages) => here() && this.#tell(channel, messages),
        afresh: (channel) => here() && this.#tell(channel, null),
        ended: () => here() && this.#end(),
      }),
    );
    this.#connected = opening;
    this.#ended = false;
    opening.catch(() => here() && this.#tryAgain());
    this.#say();
  }

  /** The connection's code could not be loaded, or nobody is signed in any more. */
  #tryAgain(): void {
    this.#connected = null;
    setTimeout(this.#look, TRY_AGAIN);
  }

  /** Whoever draws the page asks the account why, and stops following it unless it answers. */
  #end(): void {
    this.#ended = true;
    this.#close();
    setTimeout(this.#look, TRY_AGAIN);
  }

  #forget(): void {
    this.#joined.clear();
    this.#reading = 0;
    this.#heard = false;
  }

  #close(): void {
    const closing = this.#connected;
    this.#connected = null;
    this.#forget();
    closing?.then(
      (connected) => {
        if (this.#account) this.#positions = connected.positions();
        return connected.leave();
      },
      () => undefined,
    );
    this.#say();
  }

  #hear(answered: boolean): void {
    this.#heard = answered;
    if (answered) this.#said = { ...this.#said, heardAt: Date.now() };
  }

  #count(reads: 1 | -1): void {
    this.#reading += reads;
  }

  #tell(channel: Channel, messages: readonly Envelope[] | null): void {
    this.#say(() => this.#hear(true));
    for (const [hear, channels] of this.#listeners) if (channels.has(channel)) hear(messages, channel);
  }

  #say(change: () => unknown = () => undefined): void {
    const before = this.#said;
    change();
    const connection = judge({
      ended: this.#ended,
      paused: this.#byPerson || document.hidden,
      heard: this.#heard,
      channels: CHANNELS.length,
      joined: this.#joined.size,
      reading: this.#reading > 0,
      wasLive: this.#wasLive,
    });
    this.#wasLive ||= connection === "live";
    if (connection !== before.connection || this.#said !== before) this.#said = { ...this.#said, connection };
    if (this.#said !== before) for (const tell of this.#watchers) tell();
  }
}

export const live = new Live();
