/** Reads missions page by page and keeps those on screen as they are now. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useLiveRows } from "../../live/use_live.ts";
import { listMissions, type MissionFilter, readMissions } from "../../services/missions.ts";
import { append, EMPTY, patch, type Rows, remember, unknownOf } from "./rows.ts";

const PAGE = 100;
/** Rows that one request reads again; an id is 36 characters of the address. */
const AT_ONCE = 50;

export const useRows = (filter: MissionFilter) => {
  const [known, setKnown] = useState<Rows>(EMPTY);
  const [error, setError] = useState<unknown>(null);
  const [loading, setLoading] = useState(true);
  const latest = useRef(known);
  const turn = useRef<AbortController | null>(null);
  const failed = useRef<string | null>(null);
  latest.current = known;
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
        setKnown((before) => append(cursor ? before : EMPTY, page));
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

  useLiveRows({
    channels: ["missions"],
    idOf: (message) => message.mission_id,
    read: async (ids) => {
      const strangers = ids ? unknownOf(latest.current, ids) : [];
      const here = latest.current.rows.map(({ id }) => id).filter((id) => !ids || ids.has(id));
      for (let at = 0; at < here.length; at += AT_ONCE) {
        const fresh = await readMissions(here.slice(at, at + AT_ONCE));
        setKnown((before) => patch(before, fresh));
      }
      setKnown((before) => remember(before, strangers));
    },
  });

  const { next } = known;
  const more = useCallback(() => {
    // What failed waits for a person: the end of the list stays in sight and would ask without a pause.
    if (next && !loading && error === null) void read(next);
  }, [next, loading, error, read]);
  return {
    rows: known.rows,
    waiting: known.waiting.size,
    hasMore: next !== null,
    error,
    loading,
    more,
    afresh: () => void read(null),
    again: () => void read(failed.current),
  };
};
