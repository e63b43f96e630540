/** A labelled control with its hint and its error, tied together for those who do not see them. */
import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "./classes.ts";

interface Shown {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | null | undefined;
}

const Labelled = ({ id, label, hint, error, children }: Shown & { readonly id: string; readonly children: ReactNode }) => (
  <div className="flex min-w-0 flex-col gap-1">
    <label htmlFor={id} className="text-13 font-medium">
      {label}
    </label>
    {children}
    {error ? (
      <p id={`${id}-about`} role="alert" className="text-12 text-failed">
        {error}
      </p>
    ) : (
      hint && (
        <p id={`${id}-about`} className="text-12 text-faint">
          {hint}
        </p>
      )
    )}
  </div>
);

const about = (id: string, { hint, error }: Shown) => ({
  id,
  "aria-describedby": hint || error ? `${id}-about` : undefined,
  "aria-invalid": error ? (true as const) : undefined,
});

export const Field = ({ label, hint, error, className, ...rest }: Shown & ComponentProps<"input">) => {
  const id = useId();
  return (
    <Labelled {...{ id, label, hint, error }}>
      <input {...rest} {...about(id, { label, hint, error })} className={classes("control w-full", className)} />
    </Labelled>
  );
};

export const TextArea = ({ label, hint, error, className, ...rest }: Shown & ComponentProps<"textarea">) => {
  const id = useId();
  return (
    <Labelled {...{ id, label, hint, error }}>
      <textarea {...rest} {...about(id, { label, hint, error })} className={classes("control w-full", className)} />
    </Labelled>
  );
};

export const Select = ({ label, hint, error, className, children, ...rest }: Shown & ComponentProps<"select">) => {
  const id = useId();
  return (
    <Labelled {...{ id, label, hint, error }}>
      <select {...rest} {...about(id, { label, hint, error })} className={classes("control w-full", className)}>
        {children}
      </select>
    </Labelled>
  );
};

export const Checkbox = ({
  label,
  hint,
  className,
  ...rest
}: { readonly label: ReactNode; readonly hint?: ReactNode } & ComponentProps<"input">) => {
  const id = useId();
  return (
    <div className={classes("flex items-start gap-2", className)}>
      <input
        {...rest}
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}-about` : undefined}
        className="mt-0.5 size-4 accent-accent"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="text-14">
          {label}
        </label>
        {hint && (
          <p id={`${id}-about`} className="text-12 text-faint">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
};
