import { ChoiceField, numberOf, TextField, type Typed, textOf } from "../../ui/form.tsx";
import { secondsOf, spanOf, type Unit } from "./spans.ts";

const DEFAULT = 3;

/** How long a mission waits for answers, as a number and its unit. */
export const CollectingField = ({ seconds }: { readonly seconds: number }) => {
  const { amount, unit } = spanOf(seconds);
  return (
    <div className="grid grid-cols-[1fr_110px] items-start gap-2">
      <TextField
        label="Collects answers for"
        name="collecting_seconds"
        type="number"
        min={1}
        step={1}
        required
        defaultValue={amount}
        hint="From the last message on."
      />
      <ChoiceField label="Unit" name="collecting_unit" defaultValue={unit}>
        <option value="seconds">Seconds</option>
        <option value="minutes">Minutes</option>
        <option value="hours">Hours</option>
        <option value="days">Days</option>
      </ChoiceField>
    </div>
  );
};

export const collectingOf = (typed: Typed): number =>
  secondsOf(numberOf(typed, "collecting_seconds") ?? DEFAULT, (textOf(typed, "collecting_unit") ?? "days") as Unit);
