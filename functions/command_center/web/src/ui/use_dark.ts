import { useSyncExternalStore } from "react";
import { useTheme } from "../theme/theme.ts";

const QUERY = "(prefers-color-scheme: dark)";

const subscribe = (changed: () => void): (() => void) => {
  const system = matchMedia(QUERY);
  system.addEventListener("change", changed);
  return () => system.removeEventListener("change", changed);
};

/** Whether the page is dark now, by choice or as the system is; for what does not take its colours from CSS. */
export const useDark = (): boolean => {
  const theme = useTheme();
  const system = useSyncExternalStore(subscribe, () => matchMedia(QUERY).matches);
  return theme === "system" ? system : theme === "dark";
};
