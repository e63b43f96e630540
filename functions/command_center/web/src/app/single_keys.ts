/** Whether single keys are shortcuts in this browser: speech input and shaky hands press letters that nobody meant. */
import { useSyncExternalStore } from "react";

const KEY = "rex-single-keys";
const OFF = "off";
const listeners = new Set<() => void>();

export const readSingleKeys = (): boolean => localStorage.getItem(KEY) !== OFF;

export const chooseSingleKeys = (on: boolean): void => {
  if (on) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, OFF);
  for (const tell of listeners) tell();
};

const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell);
  // Another tab of this browser changes it too.
  window.addEventListener("storage", tell);
  return () => {
    listeners.delete(tell);
    window.removeEventListener("storage", tell);
  };
};

export const useSingleKeys = (): boolean => useSyncExternalStore(subscribe, readSingleKeys);
