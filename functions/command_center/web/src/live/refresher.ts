/**
 * Reads again what messages marked as changed: the first at once, at most one read in flight, and at most one every `gap` milliseconds.
 * What is marked meanwhile is read next; what a failed read was to bring stays marked, and is tried again later.
 */
export interface Refresher {
  /** These ids have changed; null: anything may have. */
  mark(ids: Iterable<string> | null): void;
  stop(): void;
}

export interface Refreshing {
  readonly read: (ids: ReadonlySet<string> | null) => Promise<unknown>;
  readonly gap?: number;
  readonly after?: (milliseconds: number, then: () => void) => () => void;
}

const GAP = 50;
const PAUSE = 2_000;
const byTimer = (milliseconds: number, then: () => void): (() => void) => {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
};

export const refresher = ({ read, gap = GAP, after = byTimer }: Refreshing): Refresher => {
  let dirty = new Set<string>();
  let all = false;
  let busy = false;
  let stopped = false;
  let cancel = (): void => undefined;

  const next = (): void => {
    if (busy || stopped || (!all && dirty.size === 0)) return;
    const asked = all ? null : dirty;
    dirty = new Set();
    all = false;
    busy = true;
    const again = (pause: number): void => {
      if (stopped) return;
      cancel = after(pause, () => {
        busy = false;
        next();
      });
    };
    read(asked).then(
      () => again(gap),
      () => {
        put(asked);
        again(PAUSE);
      },
    );
  };

  const put = (ids: Iterable<string> | null): void => {
    if (ids === null) all = true;
    else for (const id of ids) dirty.add(id);
  };

  return {
    mark: (ids) => {
      put(ids);
      next();
    },
    stop: () => {
      stopped = true;
      cancel();
    },
  };
};
