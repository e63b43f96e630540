import type { Typed } from "../../ui/form.tsx";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

interface DaysFieldProps {
  /** 1 is Monday; null: as the account. */
  readonly days: readonly number[] | null;
  /** None of them may be chosen. */
  readonly optional?: boolean;
}

export const DaysField = ({ days, optional }: DaysFieldProps) => (
  <fieldset className="col-span-full flex flex-wrap gap-x-4 gap-y-1">
    <legend className="text-13 font-medium">Days{optional && " (none: as the account)"}</legend>
    {DAYS.map((name, index) => (
      <label key={name} className="flex min-h-8 items-center gap-1.5 text-14">
        <input
          type="checkbox"
          name="day"
          value={index + 1}
          defaultChecked={days?.includes(index + 1) ?? false}
          className="size-4 accent-accent"
        />
        {name}
      </label>
    ))}
  </fieldset>
);

export const daysOf = (typed: Typed): number[] | null => {
  const days = typed.getAll("day").map(Number);
  return days.length > 0 ? days : null;
};
