/** Every message of a channel once and in order, from broadcasts that may be lost, late or repeated; as `rex/domain/sequences.py`. */

export interface Envelope {
  readonly user_id: string;
  readonly channel: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly sender: string;
  readonly recipient: string | null;
  readonly mission_id: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly correlation_id: string | null;
  readonly reply_to: string | null;
}

/** What a broadcast carries; `messages` is missing when they were too large. */
export interface Hint {
  readonly first: number;
  readonly last: number;
  readonly messages?: readonly Envelope[];
}

/** What `rex_read_messages` answers for a channel: the number given last, and the oldest messages after the one asked for. */
export interface Page {
  readonly last: number;
  readonly messages: readonly Envelope[];
}

/**
 * What is next: messages for the application, and the number of the last one it then knows.
 * `behind`: there is more to read. `afresh`: messages are gone for good, so what the application knows must be loaded anew.
 */
export interface Step {
  readonly last: number;
  readonly messages: readonly Envelope[];
  readonly behind: boolean;
  readonly afresh: boolean;
}

const step = (last: number, more: Partial<Step> = {}): Step => ({ last, messages: [], behind: false, afresh: false, ...more });

/** What a broadcast adds for someone who knows all up to `last`. */
export const takeBroadcast = (last: number, hint: Hint): Step => {
  if (hint.last <= last) return step(last);
  if (!hint.messages || hint.first > last + 1) return step(last, { behind: true });
  return step(hint.last, { messages: hint.messages.filter((message) => message.seq > last) });
};

/** What a page adds; null knows nothing and begins with what comes now. */
export const takePage = (last: number | null, page: Page): Step => {
  if (last === null) return step(page.last);
  const oldest = page.messages[0]?.seq;
  const pruned = page.last > last && (oldest === undefined || oldest > last + 1);
  if (pruned || page.last < last) return step(page.last, { afresh: true });
  const reached = page.messages.at(-1)?.seq ?? last;
  return step(reached, { messages: page.messages, behind: reached < page.last });
};
