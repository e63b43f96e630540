import { useSyncExternalStore } from "react";

/** Tailwind's `sm`: below it the way to the views is at the bottom. */
const wide = matchMedia("(min-width: 40rem)");

const subscribe = (changed: () => void): (() => void) => {
  wide.addEventListener("change", changed);
  return () => wide.removeEventListener("change", changed);
};

/** Whether there is room beside the view. */
export const useWide = (): boolean => useSyncExternalStore(subscribe, () => wide.matches);
