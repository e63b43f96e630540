import type { ReactNode } from "react";

/** Terms and what they are for one thing; what is not known is left out. */
export const Facts = ({ of }: { readonly of: readonly (readonly [term: string, is: ReactNode])[] }) => (
  <dl className="grid content-start grid-cols-[minmax(104px,max-content)_minmax(0,1fr)] gap-x-4 gap-y-1 text-13">
    {of
      .filter(([, is]) => is !== null && is !== undefined && is !== "" && is !== false)
      .map(([term, is]) => (
        <div key={term} className="contents">
          <dt className="text-soft">{term}</dt>
          <dd className="min-w-0 break-words">{is}</dd>
        </div>
      ))}
  </dl>
);
