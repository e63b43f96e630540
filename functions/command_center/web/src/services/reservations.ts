/** What missions hold: a slot of their crew, and a share of the language model's quota. */
import { queryOptions } from "@tanstack/react-query";
import { select } from "./http.ts";
import { type MissionRow, readMissions } from "./missions.ts";

interface Row {
  readonly mission_id: string;
  readonly taken_at: string;
  readonly llm_calls_per_minute: number;
}

export interface Reservation extends Omit<Row, "mission_id"> {
  readonly mission: MissionRow;
}

export const MOST_RESERVATIONS = 50;

/** The oldest of them, and whether there are more. */
export interface Reservations {
  readonly items: readonly Reservation[];
  readonly cut: boolean;
}

export const reservationsQuery = (account: string) =>
  queryOptions({
    queryKey: ["reservations", account],
    queryFn: async ({ signal }): Promise<Reservations> => {
      const found = await select<Row>(
        "rex_reservations",
        {
          select: "mission_id,taken_at,llm_calls_per_minute",
          user_id: `eq.${account}`,
          released_at: "is.null",
          order: "taken_at",
          limit: MOST_RESERVATIONS + 1,
        },
        signal,
      );
      const rows = found.slice(0, MOST_RESERVATIONS);
      const cut = found.length > rows.length;
      if (rows.length === 0) return { items: [], cut };
      const missions = new Map(
        (
          await readMissions(
            rows.map(({ mission_id }) => mission_id),
            signal,
          )
        ).map((mission) => [mission.id, mission]),
      );
      const items = rows.flatMap(({ mission_id, ...row }) => {
        const mission = missions.get(mission_id);
        return mission ? [{ ...row, mission }] : [];
      });
      return { items, cut };
    },
  });
