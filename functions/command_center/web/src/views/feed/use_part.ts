import { useInfiniteQuery } from "@tanstack/react-query";
import { type Mission, type MissionPart, readPart } from "../../services/missions.ts";

/** A part of a mission, newest first, and older on demand. */
export const usePart = <Part extends MissionPart>(missionId: string, part: Part) => {
  const query = useInfiniteQuery({
    queryKey: ["missions", "part", missionId, part],
    queryFn: ({ pageParam, signal }) => readPart(missionId, part, pageParam, 50, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const items = (query.data?.pages.flatMap((page) => page.items) ?? []) as Mission["parts"][Part]["items"][number][];
  return {
    items,
    error: query.error,
    loading: query.isPending,
    refetch: query.refetch,
    more: query.hasNextPage ? query.fetchNextPage : null,
  };
};
