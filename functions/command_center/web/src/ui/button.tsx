import type { ComponentProps, ReactNode } from "react";
import { classes } from "./classes.ts";

type Look = "primary" | "plain" | "quiet" | "danger";

export interface ButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  readonly look?: Look;
  readonly small?: boolean;
  readonly icon?: ReactNode;
  /** Something is under way: it cannot be pressed again, and says so. */
  readonly busy?: boolean;
  /** Why it cannot be pressed now; it stays reachable, so that everybody can learn the reason. */
  readonly unavailable?: string | false | null | undefined;
}

const LOOKS: Record<Look, string> = {
  primary: "bg-ink text-page border-ink hover:bg-soft hover:border-soft",
  plain: "bg-panel text-ink border-line hover:bg-sunken hover:border-edge",
  quiet: "bg-transparent text-soft border-transparent hover:bg-sunken hover:text-ink",
  danger: "bg-failed-wash text-failed border-transparent hover:border-failed",
};

export const buttonClasses = (look: Look = "plain", small = false): string =>
  classes(
    "inline-flex items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap select-none",
    "transition-colors aria-disabled:cursor-not-allowed aria-disabled:opacity-55 pointer-coarse:min-h-11",
    small ? "min-h-7 px-2 text-13" : "min-h-8 px-3 text-14",
    LOOKS[look],
  );

export const Button = ({ look, small, icon, busy, unavailable, className, children, onClick, type = "button", ...rest }: ButtonProps) => {
  const off = busy || Boolean(unavailable);
  return (
    <button
      {...rest}
      type={type}
      className={classes(buttonClasses(look, small), className)}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      title={unavailable || rest.title}
      onClick={(event) => (off ? event.preventDefault() : onClick?.(event))}
    >
      {icon}
      {children}
    </button>
  );
};

/** A button that is only an icon; its name is for those who do not see it, and on hover. */
export const IconButton = ({
  label,
  icon,
  ...rest
}: Omit<ButtonProps, "children"> & { readonly label: string; readonly icon: ReactNode }) => (
  <Button
    look="quiet"
    title={label}
    {...rest}
    aria-label={label}
    className={classes("px-0!", rest.small ? "w-7" : "w-8 pointer-coarse:w-11", rest.className)}
  >
    {icon}
  </Button>
);
