/** The series of the small charts; an hour of which nothing is known is a gap, not a zero. */
import type { Schemas } from "../../types/api.ts";

type Point = Schemas["Point"];
type Figures = Schemas["Figures"];

export const hourly = (history: readonly Point[]) => {
  const of = (read: (figures: Figures) => number | null) => history.map(({ figures }) => figures && read(figures));
  return {
    completed: of(({ completed }) => completed),
    success: of(({ success_rate }) => success_rate),
    sent: of(({ sent }) => sent),
    replies: of(({ replies }) => replies),
    cost: of(({ cost }) => cost.nanos),
  };
};
