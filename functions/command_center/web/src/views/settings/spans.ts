/** A span of time as a whole number of the largest unit it is made of; pure. */
export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS | "seconds";

const LARGEST_FIRST = ["days", "hours", "minutes"] as const;

export const spanOf = (seconds: number): { readonly amount: number; readonly unit: Unit } => {
  const unit = LARGEST_FIRST.find((each) => seconds > 0 && seconds % UNITS[each] === 0);
  return unit ? { amount: seconds / UNITS[unit], unit } : { amount: seconds, unit: "seconds" };
};

export const secondsOf = (amount: number, unit: Unit): number => Math.round(amount * (unit === "seconds" ? 1 : UNITS[unit]));
