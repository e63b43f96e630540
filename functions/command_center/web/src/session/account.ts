/** Which account the person acts for: their own, unless they chose one that they are a member of. */
import { useSyncExternalStore } from "react";

const KEY = "rex-account";
const listeners = new Set<() => void>();
let chosen = localStorage.getItem(KEY);

export const readAccount = (): string | null => chosen;

export const chooseAccount = (account: string | null): void => {
  chosen = account;
  if (account) localStorage.setItem(KEY, account);
  else localStorage.removeItem(KEY);
  for (const tell of listeners) tell();
};

const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell);
  return () => void listeners.delete(tell);
};

export const useChosenAccount = (): string | null => useSyncExternalStore(subscribe, readAccount);
