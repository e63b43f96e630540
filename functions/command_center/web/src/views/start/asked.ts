/** What the form holds, and the mission it asks for; pure. */
import type { MissionType } from "../../services/missions.ts";
import type { Schemas } from "../../types/api.ts";

export const EVERYBODY = "everybody";

export interface Asked {
  readonly importId: string;
  readonly dormantDays: string;
  readonly campaignId: string;
  readonly review: "" | Schemas["ReviewMode"];
  readonly priority: string;
  /** As a control for date and time gives it: without a zone, so the person's own. */
  readonly notBefore: string;
}

type Mission = Partial<Schemas["NewMission"]> & { type: MissionType };

const whole = (text: string): number | null => (/^\d+$/.test(text) ? Number(text) : null);

export const missionOf = (type: MissionType, asked: Asked): Mission => {
  const filter: Partial<Schemas["Criteria"]> = {
    ...(asked.importId !== EVERYBODY && { import_id: asked.importId }),
    dormant_days: whole(asked.dormantDays) ?? (asked.importId === EVERYBODY ? 0 : null),
  };
  const named = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));
  return {
    type,
    audience: { filter: named as Schemas["Criteria"] },
    ...(asked.campaignId && { campaign_id: asked.campaignId }),
    ...(asked.review && { review: asked.review }),
    ...(whole(asked.priority) !== null && { priority: Number(asked.priority) }),
    ...(asked.notBefore && { not_before: new Date(asked.notBefore).toISOString() }),
  };
};
