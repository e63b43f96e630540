/** A form that sends what was typed, keeps it when the server refuses, and shows each error at its field. */
import { createContext, type ReactNode, useContext } from "react";
import { asProblem } from "../services/problem.ts";
import { Button } from "./button.tsx";
import { Checkbox, Field, Select, TextArea } from "./field.tsx";
import { fieldErrors, otherErrors } from "./form_errors.ts";
import { Failed } from "./states.tsx";
import { useTouch } from "./touched.ts";

const Errors = createContext<ReadonlyMap<string, string>>(new Map());

/** What stands in a form's fields, by their names. */
export type Typed = FormData;

interface FormProps {
  readonly action: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onSubmit: (typed: Typed) => void;
  readonly onRetry?: () => void;
  /** Something in it was changed. */
  readonly onInput?: (() => void) | undefined;
  /** The names of its fields: an error of another one is shown as a whole. */
  readonly fields: readonly string[];
  readonly children: ReactNode;
  /** This person may not change it: they see it as it is, and nothing to press. */
  readonly fixed?: boolean;
}

export const Form = ({ action, busy, error, onSubmit, onRetry, onInput, fields, children, fixed = false }: FormProps) => {
  const touch = useTouch();
  const problem = error ? asProblem(error) : null;
  const errors = problem ? fieldErrors(problem, fields) : new Map<string, string>();
  const other = problem && otherErrors(problem, errors);
  return (
    <form
      className="flex flex-col gap-4"
      onInput={() => {
        touch();
        onInput?.();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onSubmit(new FormData(event.currentTarget));
      }}
    >
      <fieldset disabled={fixed} className="flex min-w-0 flex-col gap-4">
        <Errors.Provider value={errors}>{children}</Errors.Provider>
      </fieldset>
      {other && <Failed error={problem} {...(onRetry && problem.passes ? { onRetry } : {})} />}
      {!fixed && (
        <Button type="submit" look="primary" busy={busy} className="self-start">
          {action}
        </Button>
      )}
    </form>
  );
};

type Named<Props> = Props & { readonly name: string };

export const TextField = (props: Named<React.ComponentProps<typeof Field>>) => (
  <Field {...props} error={useContext(Errors).get(props.name)} />
);
export const LongField = (props: Named<React.ComponentProps<typeof TextArea>>) => (
  <TextArea {...props} error={useContext(Errors).get(props.name)} />
);
export const ChoiceField = (props: Named<React.ComponentProps<typeof Select>>) => (
  <Select {...props} error={useContext(Errors).get(props.name)} />
);
export const CheckField = (props: Named<React.ComponentProps<typeof Checkbox>>) => <Checkbox {...props} />;

/** One field as text, trimmed; null where nothing stands in it. */
export const textOf = (typed: Typed, name: string): string | null => String(typed.get(name) ?? "").trim() || null;
export const numberOf = (typed: Typed, name: string): number | null => {
  const text = textOf(typed, name);
  return text === null ? null : Number(text);
};
