/** One mission: where it stands, what happened when, what was written and what came back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createLazyRoute, getRouteApi, Link } from "@tanstack/react-router";
import { useLiveRows } from "../../live/use_live.ts";
import { type Mission, missionQuery } from "../../services/missions.ts";
import { Problem } from "../../services/problem.ts";
import { formatName } from "../../ui/formats.ts";
import { View } from "../../ui/layout.tsx";
import { Failed, SkeletonRows } from "../../ui/states.tsx";
import { Deeds, type Show } from "../missions/deeds.tsx";
import { MissionHead } from "./head.tsx";
import { MissionParts } from "./parts.tsx";
import { Timeline } from "./timeline.tsx";

const route = getRouteApi("/in/feed/$missionId");

/** What also holds up missions that are not named. */
const PAUSES = ["system.paused", "system.resumed"];

const Feed = () => {
  const { missionId } = route.useParams();
  const client = useQueryClient();
  const { data: mission, error, refetch } = useQuery(missionQuery(missionId));
  useLiveRows({
    channels: ["missions", "agents", "errors", "domains", "system"],
    idOf: ({ mission_id: id, type }) => (id === missionId || PAUSES.includes(type) ? missionId : null),
    gap: 500,
    read: () =>
      Promise.all([
        client.refetchQueries({ queryKey: missionQuery(missionId).queryKey }),
        client.invalidateQueries({ queryKey: ["missions", "part", missionId] }),
      ]),
  });
  const show: Show = (_, to) => {
    const { queryKey } = missionQuery(missionId);
    const before = client.getQueryData<Mission>(queryKey);
    const shown = before && { ...before, ...to };
    client.setQueryData(queryKey, shown);
    return () => client.setQueryData<Mission>(queryKey, (is) => (is === shown ? before : is));
  };
  const missing = error instanceof Problem && (error.status === 404 || error.status === 422);
  return (
    <View
      title={mission ? formatName(mission.type) : "Mission feed"}
      actions={
        <>
          <Link to="/feed" className="link text-13">
            Other missions
          </Link>
          {mission && <Deeds mission={mission} onShow={show} />}
        </>
      }
    >
      {error && <Failed error={error} {...(missing ? {} : { onRetry: refetch })} />}
      {!mission && !error && <SkeletonRows rows={10} />}
      {mission && (
        <>
          <MissionHead mission={mission} />
          <Timeline mission={mission} />
          <MissionParts mission={mission} />
        </>
      )}
    </View>
  );
};

export const lazy = createLazyRoute("/in/feed/$missionId")({ component: Feed });
