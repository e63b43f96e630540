/** What the page may truthfully say about its connection, from what the socket, the heartbeats and the channels said; pure. */
export type Connection = "connecting" | "live" | "catching_up" | "offline" | "paused" | "ended";

export interface Facts {
  /** The account may not be read any more, or nobody is signed in. */
  readonly ended: boolean;
  /** By the person, or because the page is not seen. */
  readonly paused: boolean;
  /** Whether the socket is open and answered its last heartbeat. */
  readonly heard: boolean;
  readonly channels: number;
  readonly joined: number;
  /** Whether messages are being read that broadcasts did not bring. */
  readonly reading: boolean;
  readonly wasLive: boolean;
}

export const judge = ({ ended, paused, heard, channels, joined, reading, wasLive }: Facts): Connection => {
  if (ended) return "ended";
  if (paused) return "paused";
  if (heard && joined === channels && !reading) return "live";
  if (!wasLive) return "connecting";
  return heard ? "catching_up" : "offline";
};
