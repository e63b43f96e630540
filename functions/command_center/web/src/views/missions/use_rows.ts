/** Reads missions page by page and keeps those on screen as they are now. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useLiveRows } from "../../live/use_live.ts";
import { listMissions, type MissionFilter, type MissionRow, MOST_READ, readMissions } from "../../services/missions.ts";
import { inChunks } from "../../ui/chunks.ts";
import { append, belongs, EMPTY, patch, putBack, type Rows, remember, restart, unknownOf } from "./rows.ts";

const PAGE = 100;
/** More than are told: nobody needs to know how many more there are. */
const MOST_WAITING = 100;

/** `chosen` missions are kept when the rows are read afresh. */
export const useRows = (filter: MissionFilter, chosen: ReadonlySet<string>) => {
  const [known, setKnown] = useState<Rows>(EMPTY);
  const [error, setError] = useState<unknown>(null);
  const [loading, setLoading] = useState(true);
  const latest = useRef({ known, chosen });
  const turn = useRef<AbortController | null>(null);
  const failed = useRef<string | null>(null);
  latest.current = { known, chosen };
  const text = JSON.stringify(filter);

  const read = useCallback(
    async (cursor: string | null) => {
      turn.current?.abort();
      const own = new AbortController();
      turn.current = own;
      setLoading(true);
      try {
        const page = await listMissions(JSON.parse(text) as MissionFilter, cursor, PAGE, own.signal);
        if (own.signal.aborted) return;
        setKnown((before) => (cursor ? append(before, page) : restart(before, page, latest.current.chosen)));
        setError(null);
      } catch (problem) {
        if (own.signal.aborted) return;
        failed.current = cursor;
        setError(problem);
      }
      setLoading(false);
    },
    [text],
  );

  // Rows of the former search would stand under the new one until its own come.
  useEffect(() => {
    setKnown(EMPTY);
    setError(null);
    void read(null);
    return () => turn.current?.abort();
  }, [read]);

  /** Of these missions, or after a cut of the first ones, those that match and are not here yet. */
  const meet = async (ids: ReadonlySet<string> | null): Promise<void> => {
    const asked = ids && unknownOf(latest.current.known, ids).slice(0, MOST_READ);
    if (asked?.length === 0 || latest.current.known.waiting.size >= MOST_WAITING) return;
    const found = asked ? await readMissions(asked, undefined, filter) : (await listMissions(filter, null, PAGE)).items;
    setKnown((before) => {
      const own = found.filter((row) => belongs(before, row, filter.sort)).map(({ id }) => id);
      return remember(before, asked ?? [], unknownOf(before, own));
    });
  };

  useLiveRows({
    channels: ["missions"],
    idOf: (message) => message.mission_id,
    read: async (ids) => {
      const { rows, aside } = latest.current.known;
      const here = [...rows, ...aside].map(({ id }) => id).filter((id) => !ids || ids.has(id));
      for (const part of inChunks(here, MOST_READ)) {
        const fresh = await readMissions(part);
        setKnown((before) => patch(before, fresh));
      }
      await meet(ids);
    },
  });

  /** Shows a mission as it will be; returns how to take that back. */
  const show = useCallback((row: MissionRow, to: Partial<MissionRow>) => {
    const shown = { ...row, ...to };
    setKnown((before) => patch(before, [shown]));
    return () => setKnown((before) => putBack(before, shown, row));
  }, []);

  const { next } = known;
  const more = useCallback(() => {
    // What failed waits for a person: the end of the list stays in sight and would ask without a pause.
    if (next && !loading && error === null) void read(next);
  }, [next, loading, error, read]);
  return {
    rows: known.rows,
    aside: known.aside,
    waiting: known.waiting.size,
    hasMore: next !== null,
    error,
    loading,
    more,
    show,
    afresh: () => void read(null),
    again: () => void read(failed.current),
  };
};
