import type { ReactNode } from "react";
import { StateIcon } from "../../ui/state.tsx";

interface EntryProps {
  readonly state: string;
  readonly children: ReactNode;
  /** What a person may do about it. */
  readonly actions: ReactNode;
}

/** One thing that wants a person: what it is, and beside it, or on a phone below, what to do. */
export const Entry = ({ state, children, actions }: EntryProps) => (
  <li className="grid grid-cols-[14px_minmax(0,1fr)] gap-x-3 gap-y-2 px-4 py-2.5 text-13 sm:grid-cols-[14px_minmax(0,1fr)_auto] sm:items-center sm:py-2">
    <span className="mt-0.75 self-start sm:mt-0 sm:self-center">
      <StateIcon state={state} />
    </span>
    <span className="min-w-0 break-words">{children}</span>
    <span className="flex flex-wrap gap-2 max-sm:col-start-2">{actions}</span>
  </li>
);
