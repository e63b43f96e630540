import { type ReactNode, useId } from "react";

/** A word with its explanation in one line, on hover and on focus. */
export const Term = ({ children, means }: { readonly children: ReactNode; readonly means: string }) => {
  const id = useId();
  return (
    <span className="group/term relative inline-flex">
      <button
        type="button"
        aria-describedby={id}
        className="cursor-help rounded-sm underline decoration-line decoration-dotted underline-offset-4"
      >
        {children}
      </button>
      <span
        role="tooltip"
        id={id}
        className="pointer-events-none invisible absolute top-full left-0 z-10 mt-1 w-max max-w-64 max-sm:fixed max-sm:inset-x-3 max-sm:top-auto max-sm:bottom-20 max-sm:w-auto max-sm:max-w-none rounded-md border border-line bg-raised px-3 py-2 text-12 font-normal whitespace-normal text-ink opacity-0 transition-opacity group-focus-within/term:visible group-focus-within/term:opacity-100 group-hover/term:visible group-hover/term:opacity-100"
      >
        {means}
      </span>
    </span>
  );
};
