/** The parts every view is made of: its head, and panels that stand beside each other, never inside each other. */
import { type ReactNode, useEffect, useId } from "react";
import { classes } from "./classes.ts";

interface ViewProps {
  readonly title: string;
  /** Beside the title: what can be done here. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export const View = ({ title, actions, children }: ViewProps) => {
  useEffect(() => {
    document.title = `${title} · REX`;
  }, [title]);
  return (
    <div className="mx-auto flex w-full max-w-360 min-w-0 flex-col gap-4 px-3 py-4 sm:px-6 sm:py-5">
      <header className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="min-w-0 text-20">{title}</h1>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
};

interface PanelProps {
  readonly title?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  /** Without padding, for tables and lists that reach its edges. */
  readonly flush?: boolean;
}

/** What stands instead of a list that reaches the edges does not reach them. */
const INSET = "*:data-inset:mx-4 *:data-inset:my-3";

export const Panel = ({ title, aside, children, className, flush }: PanelProps) => {
  const id = useId();
  return (
    <section aria-labelledby={title ? id : undefined} className={classes("panel min-w-0", className)}>
      {title && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 pt-2 pb-1">
          <h2 id={id} className="min-w-0 text-13 text-soft">
            {title}
          </h2>
          {aside}
        </header>
      )}
      <div className={classes("min-w-0", flush ? INSET : "px-4 pt-1 pb-4", Boolean(title) && "*:data-empty:pt-2")}>{children}</div>
    </section>
  );
};
