/** The messages of a campaign, one after the other, each as it is for some readers. */
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Field, Select, TextArea } from "../../ui/field.tsx";
import { plural } from "../../ui/formats.ts";
import { ANGLES, type Angle, MOST_STEPS, NEXT_STEP, type Step, VARIABLES, withStep, withTemplate } from "./letters.ts";

interface StepProps {
  readonly step: Step;
  readonly number: number;
  readonly onChange: (step: Step) => void;
  readonly onRemove: (() => void) | null;
}

const OneStep = ({ step, number, onChange, onRemove }: StepProps) => {
  const [angle, setAngle] = useState<Angle>("default");
  const template = step.templates[angle];
  return (
    <fieldset className="flex flex-col gap-3 rounded-md border border-line px-4 pt-1 pb-4">
      <legend className="px-1 text-13 font-medium">Message {number}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        <Select label="Version" value={angle} onChange={(event) => setAngle(event.target.value as Angle)}>
          {ANGLES.map(({ angle: each, label }) => (
            <option key={each} value={each}>
              {label}
              {each !== "default" && !step.templates[each] && " (as for everybody)"}
            </option>
          ))}
        </Select>
        {number > 1 && (
          <Field
            label="Hours after the one before"
            type="number"
            min={0}
            max={2_160}
            required
            value={step.delay_hours}
            onChange={(event) => onChange({ ...step, delay_hours: Number(event.target.value) })}
          />
        )}
      </div>
      <Field
        label="Subject"
        value={template?.subject ?? ""}
        required={angle === "default"}
        maxLength={998}
        onChange={(event) => onChange(withTemplate(step, angle, { subject: event.target.value }))}
      />
      <TextArea
        label="Text"
        rows={9}
        value={template?.text ?? ""}
        required={angle === "default"}
        className="font-mono text-13!"
        onChange={(event) => onChange(withTemplate(step, angle, { text: event.target.value }))}
      />
      {onRemove && (
        <Button small className="self-start" icon={<Trash2 aria-hidden size={14} />} onClick={onRemove}>
          Remove message {number}
        </Button>
      )}
    </fieldset>
  );
};

interface StepsEditorProps {
  readonly steps: readonly Step[];
  readonly onChange: (steps: readonly Step[]) => void;
}

export const StepsEditor = ({ steps, onChange }: StepsEditorProps) => (
  <section aria-label="Messages" className="flex flex-col gap-3">
    <p className="text-12 text-faint">
      A template may say {VARIABLES.map((name) => `{{ ${name} }}`).join(", ")}; what is not known is empty. The postal address and the way
      to unsubscribe are added to each.
    </p>
    {steps.map((step, index) => (
      <OneStep
        // biome-ignore lint/suspicious/noArrayIndexKey: a message is known by its place in the sequence
        key={index}
        step={step}
        number={index + 1}
        onChange={(changed) => onChange(withStep(steps, index, changed))}
        onRemove={steps.length > 1 ? () => onChange(steps.filter((_, at) => at !== index)) : null}
      />
    ))}
    {steps.length < MOST_STEPS && (
      <Button small className="self-start" icon={<Plus aria-hidden size={14} />} onClick={() => onChange([...steps, NEXT_STEP])}>
        Add a message ({plural(MOST_STEPS - steps.length, "more", "more")})
      </Button>
    )}
  </section>
);
